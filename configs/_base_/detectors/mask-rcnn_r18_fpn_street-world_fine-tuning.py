# The same from trained weights: the first stage and all batch norms are frozen, as is usual.
_base_ = './mask-rcnn_r18_fpn_street-world.py'
detector = dict(backbone=dict(frozen_stages=1, norm_cfg=dict(requires_grad=False), norm_eval=True))
