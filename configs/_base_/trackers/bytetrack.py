# ByteTrack, Zhang et al. 2022: confident boxes first, then the doubtful ones for tracks still on the spot. Numbers
# without a source are those of the authors' code.
embedder = None
tracker = dict(
    type='AssociationTracker',
    propagator=dict(type='KalmanFilter', hold_lost_height=True),
    filters=[dict(type='MinScore', threshold=0.1)],
    stages=[
        dict(cues=[dict(type='BoxIoU', new=0.2, times_score=True)],     # section 4.1
             gates=[dict(type='MinScore', threshold=0.6),                   # tau, section 4.1
                    dict(type='Confirmed'), dict(type='SameClassOnly')],
             assigner=dict(type='Hungarian')),
        dict(cues=[dict(type='BoxIoU', new=0.5)],
             gates=[dict(type='BelowScore', threshold=0.6), dict(type='Confirmed'), dict(type='MaxGap', frames=1),
                    dict(type='SameClassOnly')],
             assigner=dict(type='Hungarian')),
        dict(cues=[dict(type='BoxIoU', new=0.3, times_score=True)],     # tracks seen once
             gates=[dict(type='MinScore', threshold=0.6), dict(type='Confirmed', confirmed=False),
                    dict(type='SameClassOnly')],
             assigner=dict(type='Hungarian'))],
    births=[dict(type='MinScore', threshold=0.7)],          # track threshold + 0.1
    memory=dict(type='LatestMemory', columns=['bboxes', 'labels']),
    max_age=31,     # lost tracks are kept for 30 frames (section 4.1) and given up after the matching
    min_hits=2, trusted_start=1)
