# Mask R-CNN + IoUTracker of the VAE paper's Table 1: the IoU tracker's rules on masks, one class at a time.
embedder = None
tracker = dict(
    type='AssociationTracker',
    pixel_masks=True,
    stages=[dict(
        cues=[dict(type='MaskIoU')],
        gates=[dict(type='MinMaskIoU', threshold=0.5), dict(type='SameClassOnly')],     # sigma_iou
        assigner=dict(type='InOrder'))],
    memory=dict(type='LatestMemory', columns=['bboxes', 'labels', 'masks']),
    filters=[dict(type='MinScore', threshold=0.3)],         # sigma_l, not in the paper: to be tuned on training data
    max_age=1,
    min_length=2,                                           # t_min
    min_top_score=0.5)                                      # sigma_h
