# Table 2, row b: latents are independent, a plain variational autoencoder.
_base_ = './vae-vist_r101_fpn_20e_kittimots.py'
panels = dict(correlation=None)
model = dict(detector=dict(latent=dict(correlation=None)))
