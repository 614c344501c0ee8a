# Correlations that are not negative, which the paper leaves open.
_base_ = './vae-vist_r101_fpn_20e_kittimots.py'
model = dict(detector=dict(latent=dict(correlation='one-sided')))
