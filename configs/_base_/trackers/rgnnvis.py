# RGNNVIS (Johnander et al. 2021): appearance network and recurrent graph network. Sizes are those of the appendix's
# Table 3, numbers without one in the text those of the authors' code.
embedder = dict(
    type='SoftMaskPoolEmbedder', in_channels=[1024, 2048], channels=256, hidden=128, background=10.0, bonus=10.0)
tracker = dict(
    type='GraphTracker',
    num_classes=40, appearance_channels=512, channels=128,
    graph=dict(type='GraphNetwork', num_blocks=2, residual=True, gated=True, hidden=32),
    recurrence=dict(type='LSTMGates'),
    appearance=dict(type='GaussianAppearance'),
    association=dict(                                   # logits; -2 is a chance of 0.119
        type='EdgeAssociation', match_threshold=-2.0, init_threshold=-2.0, train_init_threshold=-2.0),
    scoring=dict(type='LearnedScoring'),
    mask_channels=16, background=10.0, max_tracks=24,
    loss=dict(
        weights=dict(score=1.0, mask=1.0, match=4.0, init=1.0), min_iou=0.5,
        last_weight=0.228, decay=0.8,                   # of the class loss: 0.285 * 0.8^(L - l + 1)
        mask_loss=dict(type='LovaszSoftmax'), mask_stride=1))
