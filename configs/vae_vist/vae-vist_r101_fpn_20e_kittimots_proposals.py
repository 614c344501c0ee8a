# Table 2, row d: the proposal branch alone; Mask R-CNN's heads judge.
_base_ = './vae-vist_r101_fpn_20e_kittimots.py'
panels = dict(predicted=None)
model = dict(detector=dict(future_decoder=None, augment_decoder=None, augment_head=None))
