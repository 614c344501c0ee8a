# The IoU tracker, Bochinski et al. 2017: tracks take their best box in turn and end with the first miss.
embedder = None
tracker = dict(
    type='AssociationTracker',
    stages=[dict(
        cues=[dict(type='BoxIoU')],
        gates=[dict(type='MinBoxIoU', threshold=0.5)],      # sigma_iou
        assigner=dict(type='InOrder'))],
    memory=dict(type='LatestMemory', columns=['bboxes', 'labels']),
    max_age=1,                                              # sigma_l is 0: every detection takes part
    min_length=2,                                           # t_min
    min_top_score=0.5)                                      # sigma_h; class-blind, as the original
