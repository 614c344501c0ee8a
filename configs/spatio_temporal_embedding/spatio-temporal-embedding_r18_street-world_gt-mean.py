# Table 3, "GT mean": pixels near the true mean embedding of an object.
_base_ = './spatio-temporal-embedding_r18_street-world.py'
truth = dict(ann_file=_base_.data_root + 'val.json', classes=list(_base_.class_map))
model = dict(detector=dict(
    grouping=dict(_delete_=True, type='OracleMeans', **truth)))
