# Table 4, windows of 3 frames, which have one frame with depth, its past incomplete; about as many frames a step.
_base_ = './spatio-temporal-embedding_r18_street-world.py'
train_dataloader = dict(batch_size=3, sampler=dict(num_items=750), dataset=dict(clip=dict(length=3)))
model = dict(detector=dict(grouping=dict(num_frames=3)))
