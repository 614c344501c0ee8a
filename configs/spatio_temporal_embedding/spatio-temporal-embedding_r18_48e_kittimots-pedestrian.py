# The same on the pedestrians, of whom the paper says nothing; the authors' code can (keep_id = 2).
_base_ = './spatio-temporal-embedding_r18_48e_kittimots.py'
classes = ('pedestrian',)
load_from = 'work_dirs/depth_r18_20e_kittimots-pedestrian/epoch_20.pth'
foreground_weights = 'work_dirs/foreground_r18_5e_kittimots-pedestrian/epoch_5.pth'
weights = dict(init_cfg=dict(checkpoint=foreground_weights))
train_dataloader = dict(dataset=dict(classes=classes))
val_dataloader = dict(dataset=dict(classes=classes))
test_dataloader = val_dataloader
model = dict(detector=dict(encoder=weights, decoder=weights, foreground=weights))
