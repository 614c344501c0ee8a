# As the authors' code reads KITTI MOTS: what should be ignored is background to every loss.
_base_ = './spatio-temporal-embedding_r18_48e_kittimots.py'
train_dataloader = dict(dataset=dict(pipeline=[
    dict(type='LoadFrames'), dict(type='LoadTracks'), dict(type='DropIgnored'), _base_.resize, dict(type='PackClip')]))
