import pytest

from mmvist.engine.components import component_problems


def test_sound_config_has_no_problems(toy_config):
    assert component_problems(toy_config) == []


def test_misspelt_keyword_deep_in_the_model_is_named_with_its_place(toy_config):
    toy_config.model.cues = [dict(type='ToyCue'), dict(type='ToyCue', wieght=2.0)]
    assert component_problems(toy_config) == [
        'model.cues[1]: ToyCue got an unexpected keyword \'wieght\' (did you mean \'weight\'?); it takes weight, new']


def test_all_problems_come_at_once(toy_config):
    toy_config.model.scael = 1
    toy_config.val_evaluator = [dict(type='ToyMetric'), dict(type='ToyMetrics')]
    toy_config.train_dataloader.batch_siz = 2
    problems = component_problems(toy_config)
    assert [problem.split(':')[0] for problem in problems] == ['model', 'train_dataloader', 'val_evaluator[1]']
    assert problems[0].startswith('model: ToyModel got an unexpected keyword \'scael\' (did you mean \'scale\'?)')
    assert 'did you mean \'batch_size\'?' in problems[1]
    assert problems[2] == 'val_evaluator[1]: unknown type \'ToyMetrics\'; did you mean \'ToyMetric\'?'


def test_drawings_of_panels(toy_config):
    toy_config.panels = dict(image=[], boxes=[dict(type='DrawBoxes')], depth=None,
                             masks=[dict(type='DrawMasks', opacty=1)])
    toy_config.custom_hooks = [dict(type='OverlayHook', out_dir='shown', panels=dict(masks=[dict(type='DrawMaks')]))]
    assert [problem.split(';')[0] for problem in component_problems(toy_config)] == [
        'custom_hooks[0].panels.masks[0]: unknown type \'DrawMaks\'',
        'panels.masks[0]: DrawMasks got an unexpected keyword \'opacty\' (did you mean \'opacity\'?)']


def test_unknown_type_that_resembles_nothing(toy_config):
    toy_config.model.cues = [dict(type='Qqqqqqqqqqq')]
    assert component_problems(toy_config) == [
        'model.cues[0]: unknown type \'Qqqqqqqqqqq\'; no MODELS or TASK_UTILS has that name']


@pytest.mark.parametrize(('key', 'entry'), [
    # Names that mmcv looks up among its operators.
    ('model', dict(type='ToyModel', cues=[dict(nms=dict(type='nms', iou_threshold=0.5))])),
    ('model', dict(type='ToyModel', cues=[dict(roi_layer=dict(type='RoIAlign', output_size=7, sampling_ratio=2))])),
    # Keywords that the builder takes out.
    ('model', dict(type='ToyModel', cues=[dict(norm_cfg=dict(type='BN', requires_grad=True))])),
    ('custom_hooks', [dict(type='EmptyCacheHook', after_iter=True, priority='LOW')]),
    ('param_scheduler', [dict(type='MultiStepLR', by_epoch=True, milestones=[1], convert_to_iter_based=True)]),
    ('optim_wrapper', dict(optimizer=dict(type='SGD', lr=1.0), clip_grad=dict(type='value', clip_value=1.0),
                           paramwise_cfg=dict(custom_keys=dict(type=dict(lr_mult=0.1))))),
    # A `type` that may be left out, a scope, a class in place of its name.
    ('train_cfg', dict(by_epoch=False, max_iters=3)),
    ('val_cfg', dict(fp16=True)),
    ('model', dict(type='mmdet.FPN', in_channels=[4], out_channels=4, num_outs=1)),
    ('model', dict(type='FPN', _scope_='mmdet', in_channels=[4], out_channels=4, num_outs=1)),
    # A constructor that hands its keywords on.
    ('model', dict(type='Shared2FCBBoxHead', fc_out_channels=8, num_classes=2)),
    ('model', dict(type='ToyModel', init_cfg=[dict(type='Normal', layer='Linear', std=0.1)])),
    # One name in two registries: a sampler of proposals and a sampler of items.
    ('model', dict(type='ToyModel', cues=[dict(sampler=dict(type='RandomSampler', num=8, pos_fraction=0.5))])),
    ('test_dataloader', dict(batch_size=1, sampler=dict(type='DefaultSampler', shuffle=False),
                             dataset=dict(type='ConcatDataset', datasets=[dict(type='ToyDataset')])))])
def test_what_builds_is_accepted(toy_config, key, entry):
    toy_config[key] = entry
    assert component_problems(toy_config) == []


@pytest.mark.parametrize(('key', 'entry', 'start'), [
    ('model', dict(type='FPN', in_chanels=[4]), 'model: FPN got an unexpected keyword \'in_chanels\''),
    ('model', dict(type='Shared2FCBBoxHead', num_clases=2), 'model: Shared2FCBBoxHead got an unexpected keyword'),
    ('model', dict(roi_layer=dict(type='RoIAling')), 'model.roi_layer: unknown type \'RoIAling\''),
    ('train_cfg', dict(by_epoch=True, max_epoch=3), 'train_cfg: EpochBasedTrainLoop got an unexpected keyword'),
    ('val_cfg', dict(fp=True), 'val_cfg: ValLoop got an unexpected keyword \'fp\''),
    ('optim_wrapper', dict(optimizer=dict(type='SDG', lr=1.0)), 'optim_wrapper.optimizer: unknown type \'SDG\''),
    ('optim_wrapper', dict(optimizer=dict(type='SGD', rl=1.0)), 'optim_wrapper.optimizer: SGD got an unexpected'),
    ('param_scheduler', dict(type='MultiStepLR', milestone=[1]), 'param_scheduler: MultiStepLR got an unexpected'),
    ('test_dataloader', dict(sampler=dict(type='DefaultSampler', shufle=False)),
     'test_dataloader.sampler: DefaultSampler got an unexpected keyword \'shufle\''),
    ('test_dataloader', dict(dataset=dict(type='ToyDataset', pipeline=[dict(type='Pad', sze=1)])),
     'test_dataloader.dataset: ToyDataset got an unexpected keyword \'pipeline\''),
    ('default_hooks', dict(timer=dict(type='IterTimerHock')), 'default_hooks.timer: unknown type \'IterTimerHock\'')])
def test_what_would_not_build_is_refused(toy_config, key, entry, start):
    toy_config[key] = entry
    assert component_problems(toy_config)[0].startswith(start)


def test_keys_that_no_runner_reads_are_not_looked_at(toy_config):
    toy_config.tracker = dict(type='NoSuchTracker')
    assert component_problems(toy_config) == []


def test_the_config_is_left_as_it_was(toy_config):
    toy_config.train_cfg = dict(by_epoch=True, max_epochs=1)
    before = toy_config.pretty_text
    component_problems(toy_config)
    assert toy_config.pretty_text == before
