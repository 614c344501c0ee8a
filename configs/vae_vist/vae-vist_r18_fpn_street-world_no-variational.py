# Table 2, row c: latents are not random; there is no divergence.
_base_ = './vae-vist_r18_fpn_street-world.py'
panels = dict(correlation=None)
model = dict(detector=dict(latent=dict(
    _delete_=True, type='DeterministicLatent', in_channels=64, channels=16)))
