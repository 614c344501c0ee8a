# Latents correlate within windows of 4x4, not over a whole channel; the paper leaves it open.
_base_ = './vae-vist_r18_fpn_street-world.py'
model = dict(detector=dict(latent=dict(groups='window')))
