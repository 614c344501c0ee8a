# Table 2, row c: latents are not random; there is no divergence.
_base_ = './vae-vist_r101_fpn_20e_kittimots.py'
panels = dict(correlation=None)
model = dict(detector=dict(latent=dict(
    _delete_=True, type='DeterministicLatent', in_channels=256, channels=64)))
