# Table 2, row f: the next frame is not predicted.
_base_ = './vae-vist_r101_fpn_20e_kittimots.py'
model = dict(detector=dict(future_decoder=None))
