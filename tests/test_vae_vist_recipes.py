"""VIST-VAE's configs hold the paper's numbers, each row changes what its name says, and baselines see as much."""

from pathlib import Path

import pytest
from mmengine.config import ConfigDict

from mmvist.engine import load_config

FOLDER = Path(__file__).parents[1] / 'configs/vae_vist'
FULL, STREET = 'vae-vist_r101_fpn_20e_kittimots', 'vae-vist_r18_fpn_street-world'
DATASETS = {'kittimots': (2, 'coco_mapillary'), 'motschallenge': (1, 'coco_mapillary'),
            'youtubevis2019': (40, '1x_coco')}
BASELINES = {'mask-iou-tracker_mask-rcnn_r18_fpn': 1, 'masktrack-rcnn_mask-rcnn_r18_fpn': 2, 'trackrcnn_r18-c4': 4}
# What a row's detector has that the full model's has not; no entry is `None`.
ROWS = {
    'no-skips': {'skips': False, 'proposal_decoder.skip_channels': [0] * 4, 'augment_decoder.skip_channels': None},
    'no-correlation': {'latent.correlation': None},
    'no-variational': {'latent.type': 'DeterministicLatent'},
    'proposals': {'future_decoder': None, 'augment_decoder': None, 'augment_head': None},
    'no-augment': {'augment_decoder': None, 'augment_head': None},
    'no-future': {'future_decoder': None},
    'one-sided': {'latent.correlation': 'one-sided'},
    'windows': {'latent.groups': 'window'}}


def entries(config, path=''):
    """All entries of a config, by path."""
    for key, value in config.items():
        if isinstance(value, ConfigDict):
            yield f'{path}{key}', 'a part'
            yield from entries(value, f'{path}{key}.')
        else:
            yield f'{path}{key}', value


@pytest.mark.parametrize('dataset', DATASETS)
def test_the_papers_numbers(dataset):
    """Section 4.2: backbone, first weights, size of the images, images of a step on each of four GPUs, Adam."""
    classes, weights = DATASETS[dataset]
    config = load_config(FOLDER / f'vae-vist_r101_fpn_20e_{dataset}.py')
    detector, data = config.model.detector, config.train_dataloader
    assert detector.backbone.depth == 101
    assert detector.init_cfg.checkpoint.endswith(f'_{weights}.pth')
    assert {detector.num_classes, detector.roi_head.bbox_head.num_classes, detector.roi_head.mask_head.num_classes,
            detector.augment_head.bbox_head.num_classes, detector.augment_head.mask_head.num_classes} == {classes}
    assert data.dataset.pipeline[2].scale == config.val_dataloader.dataset.pipeline[1].scale == (1333, 800)
    assert (data.batch_size, data.dataset.clip.type, config.auto_scale_lr.base_batch_size) == (2, 'Neighbours', 8)
    assert config.optim_wrapper.optimizer == dict(type='Adam', lr=1.5e-4)
    assert config.train_cfg.max_epochs == 20
    assert config.model.disjoint_masks
    baselines = [load_config(FOLDER.parent / folder / f'{name}_mask-rcnn_r101_fpn_20e_{dataset}.py')
                 for folder, name in (('trackers', 'mask-iou-tracker'), ('masktrack_rcnn', 'masktrack-rcnn'))]
    for baseline in baselines:
        assert baseline.model.detector.backbone == detector.backbone
        assert baseline.model.detector.init_cfg == detector.init_cfg
        assert baseline.model.disjoint_masks
        for part in ('optim_wrapper', 'param_scheduler', 'train_cfg'):
            assert baseline[part] == config[part]
        assert baseline.train_dataloader.dataset.pipeline == data.dataset.pipeline


@pytest.mark.parametrize('path', sorted(FOLDER.glob('vae-vist_*.py')), ids=lambda path: path.stem)
def test_a_track_lives_as_long_as_its_box_is_moved_on(path):
    model = load_config(path).model
    assert model.tracker.max_age == model.detector.sleep + 1


@pytest.mark.parametrize('base', [FULL, STREET])
@pytest.mark.parametrize('row', ROWS)
def test_a_row_changes_one_thing(row, base):
    full, config = load_config(FOLDER / f'{base}.py'), load_config(FOLDER / f'{base}_{row}.py')
    before, after = (dict(entries(part.model.detector)) for part in (full, config))
    changed = {path: after.get(path) for path in {*before, *after} if before.get(path) != after.get(path)}
    expected = dict(ROWS[row])
    if row == 'no-skips':
        # Mask R-CNN's maps are still joined.
        expected['augment_decoder.skip_channels'] = [full.model.detector.neck.out_channels] * 4
    if row == 'no-variational':
        expected |= {'latent.groups': None, 'latent.correlation': None}
    gone = [path for path, value in after.items() if value is None]
    assert {path: value for path, value in changed.items()
            if not any(path.startswith(f'{name}.') for name in gone)} == expected
    for part in ('optim_wrapper', 'train_dataloader', 'train_cfg', 'load_from'):
        assert config[part] == full[part]


def test_every_row_is_there():
    for base in (FULL, STREET):
        assert {path.stem.removeprefix(f'{base}_') for path in FOLDER.glob(f'{base}_*.py')} == {*ROWS}


@pytest.mark.parametrize('name', BASELINES)
def test_baselines_in_small_have_the_same_budget(name):
    full, config = load_config(FOLDER / f'{STREET}.py'), load_config(FOLDER / f'{name}_street-world_fine-tuning.py')
    for part in ('optim_wrapper', 'param_scheduler', 'train_cfg', 'val_dataloader', 'val_evaluator'):
        assert config[part] == full[part]
    frames = BASELINES[name]
    data, other = full.train_dataloader, config.train_dataloader
    assert other.batch_size * frames == data.batch_size
    assert other.sampler.num_items * frames == data.sampler.num_items
    assert other.dataset.pipeline == data.dataset.pipeline
    assert config.model.disjoint_masks
    # Each begins with its own detector's weights, trained on equally many images.
    first, other = (load_config(FOLDER / f'{Path(part.load_from).parent.name}.py') for part in (full, config))
    for part in ('optim_wrapper', 'param_scheduler', 'train_cfg', 'train_dataloader'):
        assert first[part] == other[part]
    assert {Path(part.load_from).stem for part in (full, config)} == {f'epoch_{first.train_cfg.max_epochs}'}
