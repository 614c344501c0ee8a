# MaskTrack R-CNN's association, sized for the small detector. Its embedder, trained for minutes, takes two tracks for
# one more often than the paper's: the loser of such a conflict gets its second choice here, and is not dropped.
_base_ = './masktrack.py'
embedder = dict(in_channels=64, channels=128, roi_extractor=dict(out_channels=64))
tracker = dict(stages=[dict(
    cues=[dict(type='AppearanceSoftmax'), dict(type='Score', weight=1.0), dict(type='BoxIoU', weight=2.0),
          dict(type='SameClass', weight=10.0)],
    assigner=dict(type='Greedy', loser='next'))])
