# 90 epochs from a rate of 0.01 (MOTSNet, Table 6).
_base_ = './motsnet_180e.py'
train_cfg = dict(max_epochs=90)
optim_wrapper = dict(optimizer=dict(lr=0.01))
param_scheduler = [
    dict(type='LinearLR', start_factor=1 / 3, by_epoch=False, begin=0, end=200),
    dict(type='PolyLR', power=1.0, by_epoch=True, begin=0, end=90, convert_to_iter_based=True)]
