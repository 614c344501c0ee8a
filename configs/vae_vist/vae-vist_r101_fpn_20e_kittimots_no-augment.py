# Table 2, row e: Mask R-CNN's heads judge.
_base_ = './vae-vist_r101_fpn_20e_kittimots.py'
model = dict(detector=dict(augment_decoder=None, augment_head=None))
