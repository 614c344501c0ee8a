# The synthetic street world with a hard case in nearly every video, which are scored by themselves, too:
# `python tools/make_world.py --out data/street_world --train-videos 60 --val-videos 24 --full-occlusions 0.5
# --look-alikes 0.5 --reentries 0.5`.
_base_ = './street_world.py'
val_evaluator = [
    dict(type='YouTubeVISMetric', ann_file=_base_.data_root + 'val.json'),
    dict(type='MOTSMetric', ann_file=_base_.data_root + 'val.json', min_score=0.5),
    dict(type='HardCaseMetric', ann_file=_base_.data_root + 'val.json', hard_cases=_base_.data_root + 'hard_cases.json',
         min_score=0.5)]
test_evaluator = val_evaluator
