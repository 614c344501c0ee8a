# For smaller GPUs: a quarter of the regions, most of it in half precision, and blocks of the backbone that are computed
# again in the backward pass, whose running statistics move twice a step.
_base_ = './motsnet_r50_fpn_180e_kittimots.py'
optim_wrapper = dict(type='AmpOptimWrapper', loss_scale='dynamic')
model = dict(detector=dict(backbone=dict(with_cp=True), train_cfg=dict(rcnn=dict(sampler=dict(num=128)))))
