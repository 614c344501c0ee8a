# Correlations that are not negative, which the paper leaves open.
_base_ = './vae-vist_r18_fpn_street-world.py'
model = dict(detector=dict(latent=dict(correlation='one-sided')))
