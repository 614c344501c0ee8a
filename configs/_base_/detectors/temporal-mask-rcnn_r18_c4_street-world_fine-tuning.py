# The same from trained weights: the first stage and all batch norms are frozen, as is usual.
_base_ = './temporal-mask-rcnn_r18_c4_street-world.py'
frozen = dict(norm_cfg=dict(requires_grad=False), norm_eval=True)
detector = dict(backbone=dict(frozen_stages=1, **frozen), roi_head=dict(shared_head=frozen))
