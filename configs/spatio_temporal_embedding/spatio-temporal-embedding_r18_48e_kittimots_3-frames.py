# Table 4, windows of 3 frames, which have one frame with depth, its past incomplete.
_base_ = './spatio-temporal-embedding_r18_48e_kittimots.py'
train_dataloader = dict(dataset=dict(clip=dict(length=3)))
model = dict(detector=dict(grouping=dict(num_frames=3)))
