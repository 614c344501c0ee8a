# Latents correlate within windows of 4x4, not over a whole channel; the paper leaves it open.
_base_ = './vae-vist_r101_fpn_20e_kittimots.py'
model = dict(detector=dict(latent=dict(groups='window')))
