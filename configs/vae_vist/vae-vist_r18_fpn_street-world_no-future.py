# Table 2, row f: the next frame is not predicted.
_base_ = './vae-vist_r18_fpn_street-world.py'
panels = dict(predicted=None)
model = dict(detector=dict(future_decoder=None))
