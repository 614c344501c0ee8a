# The VAE paper's training in small: 400 steps from trained weights. Clips and batches are such that each step trains on
# four frames.
_base_ = './street_world.py'
optim_wrapper = dict(optimizer=dict(lr=0.0005))
