# Table 2, row e: Mask R-CNN's heads judge.
_base_ = './vae-vist_r18_fpn_street-world.py'
model = dict(detector=dict(augment_decoder=None, augment_head=None))
