# As the authors' code reads KITTI MOTS: what should be ignored is background. No other loss tells the two apart.
_base_ = './foreground_r18_5e_kittimots.py'
train_dataloader = dict(dataset=dict(pipeline=[
    dict(type='LoadFrames'), dict(type='LoadTracks'), dict(type='DropIgnored'), _base_.resize, dict(type='PackClip')]))
