# Table 2, row a: no map of the encoder skips the latents; Mask R-CNN's are joined still.
_base_ = './vae-vist_r18_fpn_street-world.py'
model = dict(detector=dict(
    skips=False, proposal_decoder=dict(skip_channels=[0] * 4), augment_decoder=dict(skip_channels=[64] * 4)))
