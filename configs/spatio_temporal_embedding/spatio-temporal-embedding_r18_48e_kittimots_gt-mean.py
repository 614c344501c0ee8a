# Table 3, "GT mean": pixels near the true mean embedding of an object.
_base_ = './spatio-temporal-embedding_r18_48e_kittimots.py'
truth = dict(
    ann_file=_base_.annotations['ann_file'], format='kitti_mots', classes=_base_.classes, seqmap=_base_.val_seqmap)
model = dict(detector=dict(
    grouping=dict(_delete_=True, type='OracleMeans', **truth)))
