# The synthetic street world, frame by frame: to train a detector alone.
_base_ = './street_world.py'
train_dataloader = dict(batch_size=8, dataset=dict(clip=None))
