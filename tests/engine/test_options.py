import pytest
import torch

from mmvist.engine import options

GROUND_TRUTH = dict(ann_file='data/val', format='kitti_mots')


def test_seed_keeps_the_rest(toy_config):
    toy_config.randomness = dict(seed=0, deterministic=True)
    assert options.with_seed(toy_config, 5).randomness == dict(seed=5, deterministic=True)
    assert toy_config.randomness.seed == 0


@pytest.mark.skipif(torch.cuda.is_available(), reason='there is a GPU')
def test_mixed_precision_needs_a_gpu(toy_config):
    with pytest.raises(ValueError, match='--amp'):
        options.with_mixed_precision(toy_config)


@pytest.mark.gpu
@pytest.mark.skipif(not torch.cuda.is_available(), reason='there is no GPU')
def test_mixed_precision(toy_config):
    assert options.with_mixed_precision(toy_config).optim_wrapper.type == 'AmpOptimWrapper'


def test_scaled_learning_rate(toy_config):
    toy_config.auto_scale_lr = dict(enable=False, base_batch_size=8)
    assert options.with_scaled_learning_rate(toy_config).auto_scale_lr == dict(enable=True, base_batch_size=8)


@pytest.mark.parametrize('setting', [None, dict(enable=False)])
def test_scaling_needs_a_base(toy_config, setting):
    toy_config.auto_scale_lr = setting
    with pytest.raises(ValueError, match='no auto_scale_lr.base_batch_size'):
        options.with_scaled_learning_rate(toy_config)


@pytest.mark.parametrize(('dataset', 'place'), [
    (dict(type='ToyDataset'), lambda dataset: dataset),
    (dict(type='RepeatDataset', times=2, dataset=dict(type='ToyDataset')), lambda dataset: dataset.dataset),
    (dict(type='ConcatDataset', datasets=[dict(type='ToyDataset')]), lambda dataset: dataset.datasets[0])])
def test_broken_items_are_skipped_below_wrappers(toy_config, dataset, place):
    toy_config.train_dataloader.dataset = dataset
    assert place(options.with_broken_items_skipped(toy_config).train_dataloader.dataset).skip_broken is True
    assert 'skip_broken' not in place(toy_config.train_dataloader.dataset)


def test_dataset_that_cannot_skip(toy_config):
    toy_config.train_dataloader.dataset = dict(type='CocoDataset')
    with pytest.raises(ValueError, match='CocoDataset cannot skip broken items'):
        options.with_broken_items_skipped(toy_config)


@pytest.fixture
def annotated(toy_config):
    toy_config.test_dataloader.dataset.update(ann_file='data/val', format='kitti_mots', batch=1)
    toy_config.test_evaluator = [dict(type='ToyMetric'), dict(type='MOTSMetric', ann_file='own', classes=['car'])]
    return toy_config


@pytest.mark.parametrize(('metrics', 'out', 'expected'), [
    # Nothing named: the config's own.
    ([], None, [dict(type='ToyMetric'), dict(type='MOTSMetric', ann_file='own', classes=['car'])]),
    (['ytvis'], None, [dict(type='YouTubeVISMetric', **GROUND_TRUTH)]),
    # Named and in the config: with the config's settings.
    (['mots', 'ytvis'], None, [dict(type='MOTSMetric', ann_file='own', classes=['car']),
                               dict(type='YouTubeVISMetric', **GROUND_TRUTH)]),
    (None, 'out.json', [dict(type='ResultFile', out='out.json', **GROUND_TRUTH)]),
    (['ytvis'], 'out.json', [dict(type='YouTubeVISMetric', **GROUND_TRUTH),
                             dict(type='ResultFile', out='out.json', **GROUND_TRUTH)])])
def test_evaluation(annotated, metrics, out, expected):
    assert options.with_evaluation(annotated, metrics, out).test_evaluator == expected
    assert len(annotated.test_evaluator) == 2


def test_one_evaluator_that_is_no_list(toy_config):
    assert options.with_evaluation(toy_config, []).test_evaluator == [dict(type='ToyMetric')]


def test_videos_only(toy_config):
    config = options.with_evaluation(toy_config, None, show_dir='shown')
    assert config.test_evaluator == []
    assert config.custom_hooks == [dict(type='OverlayHook', out_dir='shown')]


def test_nothing_asked_for(toy_config):
    with pytest.raises(ValueError, match='--eval .*--out FILE .*--show-dir'):
        options.with_evaluation(toy_config, None)


def test_unknown_metric(toy_config):
    with pytest.raises(ValueError, match=r'unknown metrics \[\'coco\'\]; known are ytvis, mots'):
        options.with_evaluation(toy_config, ['coco', 'mots'])


def test_metric_without_annotations(toy_config):
    with pytest.raises(ValueError, match='test_dataloader.dataset has no ann_file'):
        options.with_evaluation(toy_config, ['ytvis'])
