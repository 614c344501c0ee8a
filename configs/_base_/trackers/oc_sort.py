# OC-SORT, Cao et al. 2023: SORT that trusts what was observed. Numbers of the authors' code.
embedder = None
tracker = dict(
    type='AssociationTracker',
    propagator=dict(type='ObservationCentricFilter', window=3),         # delta t
    filters=[dict(type='MinScore', threshold=0.6)],                     # detection threshold
    stages=[
        dict(cues=[dict(type='BoxIoU'), dict(type='Heading', weight=0.2)],              # lambda
             gates=[dict(type='MinBoxIoU', threshold=0.3),                       # IoU threshold
                    dict(type='SameClassOnly')],
             assigner=dict(type='Hungarian')),
        dict(cues=[dict(type='BoxIoU', observed=True)],                 # recovery: where a track was last seen
             gates=[dict(type='MinBoxIoU', threshold=0.3, observed=True), dict(type='SameClassOnly')],
             assigner=dict(type='Hungarian'))],
    memory=dict(type='LatestMemory', columns=['bboxes', 'labels']),
    max_age=31,                 # the code lets a track miss 30 frames
    min_hits=3, trusted_start=3)
