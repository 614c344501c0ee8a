from dataclasses import replace

import numpy as np
import pytest
import torch

from mmvist.engine import options
from mmvist.io.detections import DetectionsWriter
from mmvist.structures.detections import VideoDetections

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


def test_score_curves(annotated):
    """Drawn by one metric, beside what else is asked for, even where the config or a name asks for them too."""
    drawn = dict(type='ScoreCurveMetric', out='curves.png', **GROUND_TRUTH)
    assert options.with_evaluation(annotated, None, score_curves='curves.png').test_evaluator == [drawn]
    assert options.with_evaluation(annotated, ['curves'], score_curves='curves.png').test_evaluator == [drawn]
    assert options.with_evaluation(annotated, [], score_curves='curves.png').test_evaluator == [
        *annotated.test_evaluator, drawn]
    assert options.with_evaluation(annotated, ['curves']).test_evaluator == [
        dict(type='ScoreCurveMetric', **GROUND_TRUTH)]


def test_one_evaluator_that_is_no_list(toy_config):
    assert options.with_evaluation(toy_config, []).test_evaluator == [dict(type='ToyMetric')]


def test_videos_only(toy_config):
    config = options.with_evaluation(toy_config, None, show_dir='shown')
    assert config.test_evaluator == []
    assert config.custom_hooks == [dict(type='OverlayHook', out_dir='shown')]


def test_nothing_asked_for(toy_config):
    with pytest.raises(ValueError, match='--eval .*--out FILE .*--show-dir FOLDER .*--dump-detections FILE'):
        options.with_evaluation(toy_config, None)


def test_unknown_metric(toy_config):
    with pytest.raises(ValueError, match=r'unknown metrics \[\'coco\'\]; known are ytvis, mots'):
        options.with_evaluation(toy_config, ['coco', 'mots'])


def test_metric_without_annotations(toy_config):
    with pytest.raises(ValueError, match='test_dataloader.dataset has no ann_file'):
        options.with_evaluation(toy_config, ['ytvis'])


@pytest.fixture
def segmenting(annotated, tmp_path):
    """A config with slots, whose images are there."""
    annotated.model = dict(
        type='VideoInstanceSegmentor', detector=dict(type='MaskRCNNDetector', backbone=1), disjoint_masks=True,
        tracker=dict(type='AssociationTracker', stages=[]), embedder=dict(type='RoIEmbedder'),
        data_preprocessor=dict(type='ClipPreprocessor'))
    annotated.classes = ('car', 'bus')
    annotated.load_from = 'backbone.pth'
    annotated.test_dataloader.dataset.update(
        img_prefix=str(tmp_path), pipeline=[dict(type='LoadFrames'), dict(type='ResizeClip'), dict(type='PackClip')])
    return annotated


@pytest.fixture
def stored(make_video_tracks, tmp_path):
    """`stored(embeds)`: a detections file."""
    def build(embeds):
        found = VideoDetections.from_tracks(make_video_tracks([(0, 1, 0, (0, 0, 4, 4))]))
        with DetectionsWriter(tmp_path / 'found.npz', ('car',)) as writer:
            writer.write(replace(found, embeds=embeds))
        return str(tmp_path / 'found.npz')
    return build


LOOKS = np.zeros((1, 2), np.float32)


def test_what_is_found_is_dumped(segmenting):
    config = options.with_detections_dumped(segmenting, 'found.npz')
    assert config.model == {**segmenting.model, 'tracker': dict(type='SingleFrameTracker'), 'disjoint_masks': False,
                            'complete_results': True}
    assert config.test_evaluator == [dict(type='DetectionsFile', out='found.npz', **GROUND_TRUTH)]
    assert (segmenting.model.tracker.type, len(segmenting.test_evaluator)) == ('AssociationTracker', 2)


class SeesDepth:
    predictions = ('depth', 'motion')


@pytest.fixture
def looking(segmenting):
    """A config with panels, one of which its base had, and a hook of its own that draws."""
    segmenting.panels = dict(image=[], embedding=[dict(type='ShowEmbedding'), dict(type='DrawMasks')],
                             depth=[dict(type='ShowDepth')], gone=None,
                             scatter=[dict(type='ShowEmbeddingScatter', radii=[1])])
    segmenting.model.detector = dict(type=SeesDepth)
    segmenting.custom_hooks = [dict(type='EmptyCacheHook'), dict(type='OverlayHook', out_dir='shown')]
    return segmenting


def test_panels_get_what_they_show(looking):
    before = looking.to_dict()
    config = options.with_panels(looking)
    assert [*config.panels] == ['image', 'embedding', 'depth', 'scatter']
    assert config.model.result_features == ['embedding', 'depth']
    assert config.model.detector == dict(type=SeesDepth, predicts=['depth'])
    assert config.custom_hooks == [dict(type='EmptyCacheHook'),
                                   dict(type='OverlayHook', out_dir='shown', panels=config.panels)]
    assert looking.to_dict() == before


def test_panels_that_are_named(looking):
    config = options.with_panels(looking, ['scatter', 'image'])
    assert [*config.panels] == ['scatter', 'image']
    assert (config.model.result_features, 'predicts' in config.model.detector) == (['embedding'], False)


def test_panels_take_nothing_away(looking):
    looking.model.update(result_features=['motion', 'depth'])
    looking.model.detector.predicts = ['motion']
    config = options.with_panels(looking, ['embedding'])
    assert config.model.result_features == ['motion', 'depth', 'embedding']
    assert config.model.detector.predicts == ['motion', 'depth']
    looking.model.detector = dict(type='MaskRCNNDetector')
    assert options.with_panels(looking).model.detector == dict(type='MaskRCNNDetector')


@pytest.mark.parametrize(('panels', 'names', 'message'), [
    (None, [], r'--panels: .* has no `panels`; take those of a base file'), (dict(depth=None), [], 'has no `panels`'),
    (dict(image=[], depth=None), ['image', 'depth', 'scatter'], r"has no panels \['depth', 'scatter'\]; it has image")])
def test_panels_that_are_not_there(looking, panels, names, message):
    looking.panels = panels
    with pytest.raises(ValueError, match=message):
        options.with_panels(looking, names)


class OneByOne:
    max_chunk = 1


def test_detectors_that_look_at_tracks_have_nothing_to_dump(segmenting):
    segmenting.model.detector = dict(type=OneByOne)
    with pytest.raises(ValueError, match='--dump-detections: what .*OneByOne.* finds in a frame depends on the tracks'):
        options.with_detections_dumped(segmenting, 'found.npz')


@pytest.mark.parametrize('option', [options.with_detections_dumped, options.with_detections])
def test_models_without_slots(toy_config, option, stored):
    with pytest.raises(ValueError, match='has no model with a detector and a tracker'):
        option(toy_config, stored(None))


def test_stored_embeddings_need_neither_network_nor_images(segmenting, stored):
    file = stored(LOOKS)
    config = options.with_detections(segmenting, file)
    assert config.model.detector == dict(type='FileDetector', file=file, features=None, classes=('car', 'bus'),
                                         ann_file='data/val', ann_format='kitti_mots')
    assert (config.model.embedder, config.load_from) == (None, None)
    assert config.model.tracker == segmenting.model.tracker
    dataset = config.test_dataloader.dataset
    assert [step.type for step in dataset.pipeline] == ['BlankFrames', 'ResizeClip', 'PackClip']
    assert dataset.img_prefix == segmenting.test_dataloader.dataset.img_prefix
    assert segmenting.test_dataloader.dataset.pipeline[0].type == 'LoadFrames'


def test_a_folder_of_images_that_is_not_there_is_not_asked_for(segmenting, stored):
    segmenting.test_dataloader.dataset.update(img_prefix='no/such/folder', classes=['bus'])
    config = options.with_detections(segmenting, stored(LOOKS))
    assert config.test_dataloader.dataset.img_prefix is None
    assert config.model.detector.classes == ['bus']


def test_an_embedder_keeps_network_and_images(segmenting, stored):
    file = stored(None)
    with pytest.raises(ValueError, match=r'found.npz holds no embeddings, and RoIEmbedder cannot make them without'):
        options.with_detections(segmenting, file)
    for detector in (segmenting.model.detector, dict(type='OracleDetector', features=segmenting.model.detector)):
        segmenting.model.detector = detector
        config = options.with_detections(segmenting, file, has_weights=True)
        assert config.model.detector.features == dict(type='MaskRCNNDetector', backbone=1)
        assert config.model.embedder == dict(type='RoIEmbedder')
        assert config.test_dataloader.dataset.pipeline[0].type == 'LoadFrames'
        assert config.load_from == 'backbone.pth'


def test_propagators_may_need_images(segmenting, stored):
    file = stored(LOOKS)
    segmenting.model.tracker.propagator = dict(type='FlowWarp', flow=dict(type='DISFlow'))
    config = options.with_detections(segmenting, file)
    assert config.test_dataloader.dataset.pipeline[0].type == 'LoadFrames'
    segmenting.model.tracker.propagator = dict(type='KalmanFilter')
    assert options.with_detections(segmenting, file).test_dataloader.dataset.pipeline[0].type == 'BlankFrames'


def test_a_detector_that_prepared_its_images(segmenting, stored):
    segmenting.model.data_preprocessor = None
    config = options.with_detections(segmenting, stored(LOOKS))
    assert config.model.data_preprocessor.type == 'ClipPreprocessor'
    segmenting.model.tracker.propagator = dict(type='FlowWarp', flow=dict(type='DISFlow'))
    with pytest.raises(ValueError, match='--detections: the tracker looks at images, .* set model.data_preprocessor'):
        options.with_detections(segmenting, stored(LOOKS))


def test_detections_that_are_not_there(segmenting):
    with pytest.raises(FileNotFoundError, match='--detections: none.npz: no such file or folder'):
        options.with_detections(segmenting, 'none.npz')
