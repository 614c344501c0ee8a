# A street world in whose videos without a hard case the camera drives along the street, so that depth shows; windows of
# five frames at half its size, unchanged; cars and trucks are objects, pedestrians background:
# `python tools/make_world.py --out data/street_world_drive --train-videos 90 --val-videos 40 --full-occlusions 0.2
# --look-alikes 0.2 --reentries 0.2 --camera-speed 6 --drives 1`.
_base_ = './street_world.py'
data_root = 'data/street_world_drive/'
classes = ('vehicle',)
scale = (160, 96)
class_map = {'car': 'vehicle', 'truck': 'vehicle'}
train_dataloader = dict(
    batch_size=2, sampler=dict(num_items=500),
    dataset=dict(
        ann_file=data_root + 'train.json', img_prefix=data_root + 'train/JPEGImages',
        classes=classes, class_map=class_map, min_size=1, empty_frames=True,
        clip=dict(_delete_=True, type='ContiguousClip', length=5),
        pipeline=[dict(type='LoadFrames'), dict(type='LoadTracks'), dict(type='ResizeClip', scale=scale),
                  dict(type='PackClip')]))
val_dataloader = dict(
    dataset=dict(
        ann_file=data_root + 'val.json', img_prefix=data_root + 'val/JPEGImages',
        classes=classes, class_map=class_map,
        pipeline=[dict(type='LoadFrames'), dict(type='ResizeClip', scale=scale), dict(type='PackClip')]))
test_dataloader = val_dataloader
val_evaluator = [
    dict(type='YouTubeVISMetric', ann_file=data_root + 'val.json'),
    dict(type='MOTSMetric', ann_file=data_root + 'val.json'),
    dict(type='HardCaseMetric', ann_file=data_root + 'val.json',
         hard_cases=data_root + 'hard_cases.json')]
test_evaluator = val_evaluator
