# TrackR-CNN's association, as tuned on MOTSChallenge by its authors (their configs/conv3d_sep2_on_all_mots).
embedder = dict(
    type='AssociationEmbedder', in_channels=2048, channels=128,
    loss=dict(type='BatchHardTriplet', margin=0.2, loss_weight=1.0))
tracker = dict(
    type='AssociationTracker',
    filters=[dict(type='MinScore', threshold=0.972),
             dict(type='MinArea', pixels=11)],            # masks of up to 10 pixels are dropped
    stages=[dict(
        # The gate is the threshold: "a new track" is farther away than it allows.
        cues=[dict(type='EmbeddingDistance', metric='euclidean', new=100.0)],
        gates=[
            dict(type='SameClassOnly'),
            # scale * (offset - distance) must exceed the threshold: 1.116, 9.177, 0.927.
            dict(type='MaxDistance', metric='euclidean', threshold=9.177 - 0.927 / 1.116)],
        assigner=dict(type='Hungarian', mode='cardinality'))],
    memory=dict(type='LatestMemory'),
    max_age=10,                                           # keep_alive, the frames that a track may miss, is 9
    pixel_masks=True)
