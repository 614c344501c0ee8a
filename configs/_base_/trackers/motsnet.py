# MOTSNet's tracking head and association: features under the mask, a class's own embedding of them, and the distance
# of embeddings plus the time between (section 4.3). Nothing is tuned by class or data set.
embedder = dict(
    type='MaskPoolEmbedder',
    roi_extractor=dict(
        type='SingleRoIExtractor', roi_layer=dict(type='RoIAlign', output_size=14, sampling_ratio=2),
        out_channels=256, featmap_strides=[4, 8, 16, 32]),
    head=dict(num_classes=2, in_channels=256, hidden_channels=128, channels=32),                # section 4.1; N_e
    loss=dict(type='BatchHardTriplet', margin=0.2))         # beta is not in the paper; TrackR-CNN's
tracker = dict(
    type='AssociationTracker',
    filters=[dict(type='MinScore', threshold=0.5)],         # not in the paper; that of its base network
    stages=[dict(
        cues=[
            dict(type='EmbeddingDistance', metric='euclidean', new=1.0),        # Eq. 6; tau = 1, section 5
            dict(type='Gap', window=12)],                   # |t - t'| / N_w, N_w the frames of a clip, Table 6
        gates=[dict(type='SameClassOnly')],                 # Eq. 5
        # As it stands, matching nothing is the paper's optimum. A match is worth what it lacks to tau;
        # mode='cardinality' makes as many matches as there can be.
        assigner=dict(type='Hungarian', mode='slack'))],
    memory=dict(type='LatestMemory'),
    max_age=12,                                             # N_w
    min_length=5,                                           # N_t, section 5
    pixel_masks=True,
    max_covered=0.5)                                        # disjoint as in the base network's panoptic output
