"""Configs of the networks at full size."""


def resnet(kind='StemResNet', stages=(0, 1, 2, 3), channels=3):
    return dict(type=kind, depth=18, in_channels=channels, out_indices=stages, frozen_stages=-1, norm_eval=False,
                norm_cfg=dict(type='BN', requires_grad=True), style='pytorch')


def count(module):
    return sum(weight.numel() for weight in module.parameters())


# The authors' ResNets carry a classifier that nothing uses.
CLASSIFIER = 512 * 1000 + 1000
