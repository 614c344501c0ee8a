# Table 3, "GT mask" and "GT mean".
_base_ = './spatio-temporal-embedding_r18_street-world.py'
truth = dict(ann_file=_base_.data_root + 'val.json', classes=list(_base_.class_map))
model = dict(detector=dict(
    foreground=dict(_delete_=True, type='OracleForeground', **truth),
    grouping=dict(_delete_=True, type='OracleMeans', **truth)))
