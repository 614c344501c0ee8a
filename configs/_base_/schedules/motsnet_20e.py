# 20 epochs from a rate of 0.02 (MOTSNet, Table 6).
_base_ = './motsnet_180e.py'
train_cfg = dict(max_epochs=20)
param_scheduler = [
    dict(type='LinearLR', start_factor=1 / 3, by_epoch=False, begin=0, end=200),
    dict(type='PolyLR', power=1.0, by_epoch=True, begin=0, end=20, convert_to_iter_based=True)]
