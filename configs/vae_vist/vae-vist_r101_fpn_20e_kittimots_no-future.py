# Table 2, row f: the next frame is not predicted.
_base_ = './vae-vist_r101_fpn_20e_kittimots.py'
panels = dict(predicted=None)
model = dict(detector=dict(future_decoder=None))
