"""Every dataset config reads a miniature of its dataset, in the layout it is released in."""

from pathlib import Path

import numpy as np
import pytest
from mmengine.registry import init_default_scope

from mmvist.datasets.samplers import mixture
from mmvist.datasets.wrappers import frame_index
from mmvist.engine import check_config, load_config
from mmvist.io.convert import read_source
from mmvist.registry import DATA_SAMPLERS, DATASETS, METRICS
from mmvist.structures import FrameResult
from mmvist.worlds import generate
from tests.datasets.miniatures import MINIATURES, STREET

FOLDER = Path(__file__).parents[2] / 'configs/_base_/datasets'
CONFIGS = sorted(path.stem for path in FOLDER.glob('*.py') if not path.stem.startswith('street_world'))
UNTRAINED = {'bdd100k_box_track', 'coco_videos'}
HEADLINES = {'YouTubeVISMetric': 'ytvis/AP', 'MOTSMetric': 'mots/sMOTSA', 'BDD100KMetric': 'bdd100k/OVERALL/MOTA',
             'FrameMetric': 'coco/AP', 'MOTMetric': 'mot/MOTA'}


@pytest.fixture(scope='module')
def street():
    return list(generate(STREET))


@pytest.fixture(autouse=True)
def scope():
    init_default_scope('mmvist')


def moved(value, root):
    """The config with data and lists looked for below another folder."""
    if isinstance(value, dict):
        return {key: moved(entry, root) for key, entry in value.items()}
    if isinstance(value, list | tuple):
        return type(value)(moved(entry, root) for entry in value)
    if isinstance(value, str) and value.startswith('data/'):
        return f'{root}/{value}'
    return value.replace(f'{FOLDER}/splits', f'{root}/splits') if isinstance(value, str) else value


@pytest.fixture(params=CONFIGS)
def config(request, street, tmp_path):
    MINIATURES[request.param](street, tmp_path)
    return moved(load_config(FOLDER / f'{request.param}.py').to_dict(), tmp_path)


def test_every_config_has_a_miniature():
    assert set(MINIATURES) == set(CONFIGS)


@pytest.mark.parametrize('name', CONFIGS)
def test_a_config_is_sound(name):
    check_config(load_config(FOLDER / f'{name}.py'))


def test_a_config_reads_its_dataset(config, request):
    name = request.node.callspec.params['config']
    assert ('train_dataloader' in config) == (name not in UNTRAINED)
    for loader in ('train', 'val', 'test'):
        if f'{loader}_dataloader' not in config:
            continue
        entry = config[f'{loader}_dataloader']
        dataset = DATASETS.build(entry['dataset'])
        assert dataset.metainfo['classes'] == tuple(config['classes'])
        sampler = DATA_SAMPLERS.build(entry['sampler'], default_args={'dataset': dataset, 'seed': 0})
        # The last item is of the last part of a mixture.
        for index in (next(iter(sampler)), len(dataset) - 1):
            item = dataset[index]
            assert item['inputs'].shape[0] == len(item['data_samples'])
            truth = [sample for sample in item['data_samples'] if 'gt_instances' in sample]
            assert len(truth) == (len(item['data_samples']) if loader == 'train' else 0)
            if loader == 'train':
                assert any(len(sample.gt_instances.masks) for sample in truth)


def test_what_is_trained_on_is_not_scored(config):
    if 'train_dataloader' not in config:
        return
    trained, scored = ({path.parent for path in images(config[f'{loader}_dataloader'])} for loader in ('train', 'val'))
    assert trained
    assert scored
    assert not trained & scored


def test_perfect_results_score_one(config):
    entries = config['val_evaluator'] if isinstance(config['val_evaluator'], list) else [config['val_evaluator']]
    dataset = DATASETS.build(config['val_dataloader']['dataset'])
    for entry in entries:
        metric = METRICS.build(entry)
        metric.dataset_meta = dataset.metainfo
        truth = ground_truth(entry, dataset.metainfo['classes'])
        metric.process(None, [perfect(truth, dataset[index]['data_samples'][0]) for index in range(len(dataset))])
        scores = metric.evaluate(len(dataset))
        assert scores[HEADLINES[entry['type']]] == pytest.approx(1)


def test_the_epochs_of_rgnnvis():
    loader = load_config(FOLDER / 'youtube_vis_2019_rgnnvis.py').train_dataloader
    assert loader.sampler.num_items == 633 * loader.batch_size
    loader = load_config(FOLDER / 'openimages_youtube_vis_2019.py').train_dataloader
    assert loader.sampler.num_items // loader.batch_size == 933
    # Nothing comes twice, all videos once.
    drawn = mixture([1867, 237272], loader.sampler.shares, loader.sampler.num_items, np.random.default_rng(0))
    assert len(np.unique(drawn)) == 7468
    assert (drawn < 1867).sum() == 1867


def ground_truth(entry, classes):
    """Tracks by the id of their video."""
    where = {key: entry[key] for key in ('seqmap', 'split') if key in entry}
    truth = read_source(entry['ann_file'], entry.get('format', 'ytvis'), **where).with_classes(classes)
    return {tracks.video.id: tracks for tracks in truth.videos}


def perfect(truth, sample):
    """What a perfect model says of a test item."""
    tracks = truth[sample.video.id]
    rows = tracks.rows_at(sample.frame)
    return FrameResult(sample.video, sample.frame, tracks.ids[rows], tracks.labels[rows], tracks.scores[rows],
                       tracks.bboxes[rows], tracks.masks[rows])


def images(entry):
    dataset = DATASETS.build(entry['dataset'])
    parts = getattr(dataset, 'datasets', [dataset])
    assert len(frame_index(dataset)) == len(dataset)
    return [Path(part.get_data_info(index)['img_path']) for part in parts for index in range(len(part))]
