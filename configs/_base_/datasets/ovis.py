# OVIS: `annotations_valid.json` has no annotations, so 60 of the 607 training videos are held out. Size, clips and
# pipelines are those of YouTube-VIS 2019, as for the OVIS paper's baselines.
_base_ = './youtube_vis_2019.py'
from mmvist.io.classes import OVIS as classes  # noqa: E402

data_root = 'data/ovis/'
annotations = dict(ann_file=data_root + 'annotations_train.json', img_prefix=data_root + 'train', classes=classes)
train_split = '{{ fileDirname }}/splits/ovis_train.txt'
val_split = '{{ fileDirname }}/splits/ovis_val.txt'
train_dataloader = dict(dataset=dict(**annotations, split=train_split))
val_dataloader = dict(dataset=dict(**annotations, split=val_split))
test_dataloader = val_dataloader
val_evaluator = [dict(type='YouTubeVISMetric', ann_file=annotations['ann_file'], split=val_split)]
test_evaluator = val_evaluator
