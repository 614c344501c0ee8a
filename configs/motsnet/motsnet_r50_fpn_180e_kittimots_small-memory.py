# For smaller GPUs: blocks of the backbone are computed again in the backward pass, and most of it in half precision.
_base_ = './motsnet_r50_fpn_180e_kittimots.py'
optim_wrapper = dict(type='AmpOptimWrapper', loss_scale='dynamic')
model = dict(detector=dict(backbone=dict(with_cp=True)))
