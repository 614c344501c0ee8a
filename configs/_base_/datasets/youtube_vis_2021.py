# YouTube-VIS 2021: `valid/instances.json` has no annotations, so 200 of the 2,985 training videos are held out. Sizes,
# clips and pipelines are those of 2019.
_base_ = './youtube_vis_2019.py'
from mmvist.io.classes import YOUTUBE_VIS_2021 as classes  # noqa: E402

data_root = 'data/youtube_vis_2021/'
annotations = dict(
    ann_file=data_root + 'train/instances.json', img_prefix=data_root + 'train/JPEGImages', classes=classes)
train_split = '{{ fileDirname }}/splits/youtube_vis_2021_train.txt'
val_split = '{{ fileDirname }}/splits/youtube_vis_2021_val.txt'
train_dataloader = dict(dataset=dict(**annotations, split=train_split))
val_dataloader = dict(dataset=dict(**annotations, split=val_split))
test_dataloader = val_dataloader
val_evaluator = [dict(type='YouTubeVISMetric', ann_file=annotations['ann_file'], split=val_split)]
test_evaluator = val_evaluator
