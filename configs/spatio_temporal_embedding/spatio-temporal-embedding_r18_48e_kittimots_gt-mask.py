# Table 3, "GT mask": the true foreground.
_base_ = './spatio-temporal-embedding_r18_48e_kittimots.py'
truth = dict(
    ann_file=_base_.annotations['ann_file'], format='kitti_mots', classes=_base_.classes, seqmap=_base_.val_seqmap)
model = dict(detector=dict(
    foreground=dict(_delete_=True, type='OracleForeground', **truth)))
