# SORT, Bewley et al. 2016: a Kalman filter, overlap, Hungarian. Numbers of the authors' code.
embedder = None
tracker = dict(
    type='AssociationTracker',
    propagator=dict(type='AreaKalmanFilter'),
    stages=[dict(
        cues=[dict(type='BoxIoU')],
        gates=[dict(type='MinBoxIoU', threshold=0.3),       # IoU_min, section 4
               dict(type='SameClassOnly')],                 # the paper has one class
        assigner=dict(type='Hungarian'))],
    memory=dict(type='LatestMemory', columns=['bboxes', 'labels']),
    max_age=2,                  # T_lost = 1: the code lets a track miss one frame
    min_hits=3, trusted_start=3)
