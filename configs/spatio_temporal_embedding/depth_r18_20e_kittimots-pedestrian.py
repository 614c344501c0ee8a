# Stage 2 for pedestrians.
_base_ = './depth_r18_20e_kittimots.py'
classes = ('pedestrian',)
train_dataloader = dict(dataset=dict(classes=classes))
test_dataloader = dict(dataset=dict(classes=classes))
foreground_weights = 'work_dirs/foreground_r18_5e_kittimots-pedestrian/epoch_5.pth'
weights = dict(init_cfg=dict(checkpoint=foreground_weights))
model = dict(detector=dict(encoder=weights, decoder=weights, foreground=weights))
