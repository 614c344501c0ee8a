# TrackR-CNN's association, as tuned on KITTI MOTS by its authors (their configs/conv3d_sep2); cars, then pedestrians.
embedder = dict(
    type='AssociationEmbedder', in_channels=2048, channels=128,
    loss=dict(type='BatchHardTriplet', margin=0.2, loss_weight=1.0))
tracker = dict(
    type='AssociationTracker',
    filters=[dict(type='MinScore', threshold=[0.847, 0.937]),
             dict(type='MinArea', pixels=11)],            # masks of up to 10 pixels are dropped
    stages=[dict(
        # The gates are the threshold: "a new track" is farther away than they allow.
        cues=[dict(type='EmbeddingDistance', metric='euclidean', new=100.0)],
        gates=[
            dict(type='SameClassOnly'),
            # scale * (offset - distance) must exceed the threshold: 1.009, 8.810, 0.817 and 1.344, 9.447, 0.480.
            dict(type='MaxDistance', metric='euclidean', threshold=[8.810 - 0.817 / 1.009, 9.447 - 0.480 / 1.344]),
            # keep_alive, the frames that a track may miss, is 4 and 6: its last detection is one frame more away.
            dict(type='MaxGap', frames=[5, 7])],
        assigner=dict(type='Hungarian', mode='cardinality'))],
    memory=dict(type='LatestMemory'),
    max_age=7,                                            # the longest of these gaps
    pixel_masks=True)
