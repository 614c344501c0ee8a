# The synthetic street world in windows of five frames at half its size, unchanged, all objects being of one class.
_base_ = './street_world.py'
classes = ('object',)
scale = (160, 96)
class_map = {'*': 'object'}
train_dataloader = dict(
    batch_size=4, sampler=dict(num_items=400),
    dataset=dict(
        classes=classes, class_map=class_map, clip=dict(_delete_=True, type='ContiguousClip', length=5),
        pipeline=[dict(type='LoadFrames'), dict(type='LoadTracks'), dict(type='ResizeClip', scale=scale),
                  dict(type='PackClip')]))
val_dataloader = dict(
    dataset=dict(
        classes=classes, class_map=class_map,
        pipeline=[dict(type='LoadFrames'), dict(type='ResizeClip', scale=scale), dict(type='PackClip')]))
test_dataloader = val_dataloader
val_evaluator = [
    dict(type='YouTubeVISMetric', ann_file=_base_.data_root + 'val.json'),
    dict(type='MOTSMetric', ann_file=_base_.data_root + 'val.json'),
    dict(type='HardCaseMetric', ann_file=_base_.data_root + 'val.json',
         hard_cases=_base_.data_root + 'hard_cases.json')]
test_evaluator = val_evaluator
