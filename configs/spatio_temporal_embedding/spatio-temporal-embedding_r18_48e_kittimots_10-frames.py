# Table 4, windows of 10 frames.
_base_ = './spatio-temporal-embedding_r18_48e_kittimots.py'
train_dataloader = dict(dataset=dict(clip=dict(length=10)))
model = dict(detector=dict(grouping=dict(num_frames=10)))
