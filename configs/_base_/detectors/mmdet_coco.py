# A segmenter that mmdet trained on COCO, by the name of its config there, which also says how frames are prepared.
# Trackers have thresholds of their own; what scores less than this is not worth a mask to any.
detector = dict(type='MMDetDetector', model='mask-rcnn_r50_fpn_2x_coco', min_score=0.1)
