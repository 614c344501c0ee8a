# Table 4, windows of 7 frames; about as many frames a step.
_base_ = './spatio-temporal-embedding_r18_street-world.py'
train_dataloader = dict(batch_size=1, sampler=dict(num_items=250), dataset=dict(clip=dict(length=7)))
model = dict(detector=dict(grouping=dict(num_frames=7)))
