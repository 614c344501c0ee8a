# The tracking head alone, on the detector that was trained without it: all rows of Table 1 on equal detections.
_base_ = './motsnet_r18_fpn_street-world.py'
load_from = 'work_dirs/motsnet_r18_fpn_street-world_avemsk-no-th/epoch_8.pth'
train_cfg = dict(max_epochs=3, val_interval=3)
param_scheduler = [
    dict(type='LinearLR', start_factor=0.02, by_epoch=False, begin=0, end=50),
    dict(type='PolyLR', power=1.0, by_epoch=True, begin=0, end=3, convert_to_iter_based=True)]
model = dict(frozen=['detector'])
