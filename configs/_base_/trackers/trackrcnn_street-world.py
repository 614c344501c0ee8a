# TrackR-CNN's association, sized for the small detector.
embedder = dict(
    type='AssociationEmbedder', in_channels=256, channels=32,
    loss=dict(type='BatchHardTriplet', margin=0.2, loss_weight=1.0))
tracker = dict(
    type='AssociationTracker',
    filters=[dict(type='MinScore', threshold=0.5), dict(type='MinArea', pixels=11)],
    stages=[dict(
        # The gates are the threshold: "a new track" is farther away than they allow.
        cues=[dict(type='EmbeddingDistance', metric='euclidean', new=100.0)],
        # Early in training regions of one object are 1.5 apart, those of two objects of a class 4.3 (medians).
        gates=[dict(type='SameClassOnly'), dict(type='MaxDistance', metric='euclidean', threshold=3.0)],
        assigner=dict(type='Hungarian', mode='cardinality'))],
    memory=dict(type='LatestMemory'),
    max_age=7,
    pixel_masks=True)
