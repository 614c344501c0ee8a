# MaskTrack R-CNN's association: appearance, score, overlap and class added up (Eq. 3), best track for each detection.
embedder = dict(
    type='RoIEmbedder', in_channels=256, channels=1024, num_layers=2, roi_size=7,      # section 3.2
    roi_extractor=dict(
        type='SingleRoIExtractor', roi_layer=dict(type='RoIAlign', output_size=7, sampling_ratio=2),
        out_channels=256, featmap_strides=[4, 8, 16, 32]),
    positive_iou=0.5,                                   # the code; the paper says 0.7
    loss=dict(type='MatchLoss', loss_weight=1.0))
tracker = dict(
    type='AssociationTracker',
    stages=[dict(
        cues=[
            dict(type='AppearanceSoftmax'),             # log p, Eq. 2
            dict(type='Score', weight=1.0),             # alpha, section 4.2
            dict(type='BoxIoU', weight=2.0),            # beta
            dict(type='SameClass', weight=10.0)],       # gamma; "new" scores it too, as in the code
        assigner=dict(type='Greedy', loser='drop'))],
    memory=dict(type='LatestMemory'),                   # the paper; the code keeps the first label: frozen=['labels']
    max_age=None)                                       # a video's tracks are never forgotten
