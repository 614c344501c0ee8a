# IoUTracker+: MaskTrack's rule without appearance; a track is taken only at an overlap of 0.3 (section 4.2).
embedder = None
tracker = dict(
    type='AssociationTracker',
    stages=[dict(
        cues=[
            dict(type='Score', weight=1.0),             # alpha, beta, gamma of MaskTrack R-CNN
            dict(type='BoxIoU', weight=2.0),
            dict(type='SameClass', weight=10.0, new=0.0)],
        gates=[dict(type='MinBoxIoU', threshold=0.3)],
        assigner=dict(type='Greedy', loser='drop'))],
    memory=dict(type='LatestMemory', columns=['bboxes', 'labels']),
    max_age=None)
