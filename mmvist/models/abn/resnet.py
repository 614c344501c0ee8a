"""ResNet with leaky activations."""

from mmdet.models.backbones.resnet import BasicBlock, Bottleneck, ResNet
from torch import Tensor, nn
from torch.utils.checkpoint import checkpoint

from mmvist.models.abn.activation import leaky_relu
from mmvist.registry import MODELS


class _ABNBlock(nn.Module):
    """What both kinds of blocks share: how the residual and the shortcut meet."""

    def forward(self, x: Tensor) -> Tensor:
        """Maps (B, C', h', w') of maps (B, C, h, w)."""
        recompute = self.with_cp and x.requires_grad
        residual = checkpoint(self._residual, x, use_reentrant=False) if recompute else self._residual(x)
        shortcut = x if self.downsample is None else self.downsample(x)
        return self.relu(residual + shortcut)


class ABNBasicBlock(_ABNBlock, BasicBlock):
    """Two 3x3 convolutions."""

    activated_norms = (('bn1', 'activate1'),)

    def _residual(self, x: Tensor) -> Tensor:
        out = self.activate1(self.bn1(self.conv1(x)))
        return self.bn2(self.conv2(out))


class ABNBottleneck(_ABNBlock, Bottleneck):
    """A 3x3 convolution between two of 1x1."""

    activated_norms = (('bn1', 'activate1'), ('bn2', 'activate2'))

    def _residual(self, x: Tensor) -> Tensor:
        out = self.activate1(self.bn1(self.conv1(x)))
        out = self.activate2(self.bn2(self.conv2(out)))
        return self.bn3(self.conv3(out))


@MODELS.register_module()
class ABNResNet(ResNet):
    """mmdet's `ResNet` with leaky ReLUs; weights have the same names.

    Args:
        depth: 18, 34, 50, 101 or 152.
        base_channels: Channels of the stem.
        frozen_stages: Stages that do not train, the stem with 0; -1 trains all.
        with_cp: Compute a block's activations again in the backward pass, in place of keeping them. Running statistics
            of its batch norms move twice a step then.
        init_cfg: Initial weights.
    """

    arch_settings = {18: (ABNBasicBlock, (2, 2, 2, 2)), 34: (ABNBasicBlock, (3, 4, 6, 3)),
                     50: (ABNBottleneck, (3, 4, 6, 3)), 101: (ABNBottleneck, (3, 4, 23, 3)),
                     152: (ABNBottleneck, (3, 8, 36, 3))}
    activated_norms = (('bn1', 'relu'),)

    def __init__(self, depth: int, base_channels: int = 64, frozen_stages: int = -1, with_cp: bool = False,
                 init_cfg: dict | None = None) -> None:
        super().__init__(depth, base_channels=base_channels, frozen_stages=frozen_stages, norm_eval=False,
                         with_cp=with_cp, init_cfg=init_cfg)
        for part in list(self.modules()):
            if isinstance(part, ABNResNet | _ABNBlock):
                part.relu = leaky_relu()
            if isinstance(part, _ABNBlock):
                for _, activation in part.activated_norms:
                    part.add_module(activation, leaky_relu())
