# RGNNVIS, stage 1: single frames of its YouTube-VIS videos mixed with the 237,272 images of OpenImages that have masks
# of its classes. Size, crops, held-out videos and score are those of youtube_vis_2019_rgnnvis.py.
_base_ = './youtube_vis_2019_rgnnvis.py'
from mmvist.io.openimages import OPENIMAGES_TO_YOUTUBE_VIS_2019 as class_map  # noqa: E402

openimages_root = 'data/openimages/'
train_dataloader = dict(
    # 7,468 items an epoch, batches of 8 (section 4.1); the share of OpenImages is not published: half.
    batch_size=8, sampler=dict(shares=[1, 1], num_items=7468),
    dataset=dict(_delete_=True, type='ConcatDataset', datasets=[
        dict(type='VideoDataset', **_base_.annotations, split=_base_.train_split, pipeline=_base_.crops),
        dict(type='VideoDataset', ann_file=openimages_root + 'train-annotations-object-segmentation.csv',
             img_prefix=openimages_root + 'train', format='openimages', classes=_base_.classes, class_map=class_map,
             pipeline=_base_.crops)]))
