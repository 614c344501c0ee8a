# YouTube-VIS 2019 as the VAE paper scores it: 200 of the training videos are held out, and counted as MOTS, too.
_base_ = './youtube_vis_2019.py'
held_out = dict(ann_file=_base_.annotations.ann_file, split=_base_.val_split)
val_evaluator = [dict(type='YouTubeVISMetric', **held_out), dict(type='MOTSMetric', min_score=0.5, **held_out)]
test_evaluator = val_evaluator
