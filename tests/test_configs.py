"""Every shipped config loads, builds, takes one training step and follows one short video."""

import json
from pathlib import Path

import numpy as np
import pytest
import torch
import yaml

from mmvist.engine import check_config, load_config
from mmvist.registry import MODELS, TASK_UTILS
from mmvist.structures import Video
from mmvist.tuning.space import Space
from tests.models.builders import batch, clip
from tests.models.striped import write_objects

ROOT = Path(__file__).parents[1]
CONFIGS = sorted(path.relative_to(ROOT) for path in (ROOT / 'configs').glob('*/*.py') if path.parent.name != '_base_')


def build(path, tmp_path):
    config = load_config(ROOT / path)
    detector = config.model.get('detector', {})
    parts = detector, config.model.get('tracker'), detector.get('foreground'), detector.get('grouping')
    for part in filter(None, parts):
        if part.type in ORACLES:
            part.update(ann_file=str(tmp_path / 'val.json'), split=None)
            if 'seqmap' in part:
                part.update(format='ytvis', seqmap=None)
            names = part.get('classes', config.classes)
            categories = [{'id': number, 'name': name} for number, name in enumerate(names, 1)]
            (tmp_path / 'val.json').write_text(json.dumps({**EMPTY_VIDEO, 'categories': categories}))
    if detector.get('type') == 'FileDetector':
        detector.file = str(write_objects(tmp_path / 'found.json', {Video(9, 'toy', 64, 96, 2): [{}, {}]}))
    if trains_embedder(config):
        objects = [{4: (0, 0), 0: (40, 20)}]
        config.model.embedder.identities = dict(
            ann_file=write_objects(tmp_path / 'train.json', {Video(9, 'toy', 64, 96, 2): objects}))
    check_config(config)
    if config.model.get('detector', {}).get('in_place_abn'):
        pytest.importorskip('inplace_abn')
    make_small(config.model.get('detector', {}))
    if 'min_size' in (config.model.get('data_preprocessor') or {}):
        config.model.data_preprocessor.min_size = (1, 1)
    if 'detection_cache' in config.model:
        config.model.detection_cache = str(tmp_path)
    return MODELS.build(config.model), config


def make_small(detector):
    """Fewer regions: they cost time and show nothing more."""
    if 'rcnn' in detector.get('train_cfg', {}):
        detector.train_cfg.rcnn.sampler.num = 16
        detector.train_cfg.rpn_proposal.max_per_img = detector.test_cfg.rpn.max_per_img = 50


def key_frames(config):
    """Which frames of a training clip are key; of a long one the first four."""
    dataset = config.get('train_dataloader', {}).get('dataset', {})
    dataset = dataset.get('datasets', [dataset])[0]
    if not dataset.get('clip'):
        return [True]
    chosen = TASK_UTILS.build(dataset.clip)(8, np.arange(20), 20, np.random.default_rng(0))
    return [frame.key for frame in chosen[:4]]


def trains_embedder(config):
    return 'identities' in (config.model.get('embedder') or {})


def set_flow(clips):
    """Nothing moves."""
    for sample in (sample for one in clips for sample in one.video_data_samples):
        still = torch.zeros(3, *sample.img_shape[:2])
        still[2] = 1
        sample.set_field(still, 'gt_flow')
        sample.set_field(still, 'gt_flow_ahead')


EMPTY_VIDEO = {'videos': [{'id': 9, 'width': 96, 'height': 64, 'length': 2, 'file_names': ['a/0.jpg', 'a/1.jpg']}],
               'annotations': []}
ORACLES = ('OracleDetector', 'OracleTracker', 'OracleForeground', 'OracleMeans')
UNTRAINED = ('FileDetector', 'MMDetDetector', 'OracleDetector')


def test_there_are_configs():
    assert len(CONFIGS) >= 6


@pytest.mark.parametrize('path', CONFIGS, ids=str)
def test_a_config_trains_and_tracks(path, tmp_path):
    torch.manual_seed(0)
    model, config = build(path, tmp_path)
    detector = config.model.get('detector', {}).get('type')
    # What estimates flow may learn.
    learns = hasattr(getattr(getattr(model, 'detector', None), 'flow', None), 'loss') if detector == 'FlowDetector' \
        else detector not in UNTRAINED
    if learns or trains_embedder(config):
        model.train()
        clips = batch(clip(key_frames(config), num_classes=len(config.classes)))
        if detector == 'FlowDetector':
            set_flow(clips['data_samples'])
        losses = model(**model.data_preprocessor(clips, True), mode='loss')
        total, _ = model.parse_losses(losses)
        total.backward()
        assert torch.isfinite(total)
        still = [name for name, weight in model.named_parameters() if weight.requires_grad and weight.grad is None]
        # What learns from what a frozen detector finds learns nothing where random weights find nothing.
        assert still == [] or config.get('find_unused_parameters')
    elif detector == 'MMDetDetector':
        # As a run does that is given no checkpoint: nothing is downloaded.
        model.detector.init_weights()
    if detector is None:
        # A part that is trained apart; it tracks under the other configs of its folder.
        return
    model.eval()
    video = Video(9, 'toy', 64, 96, 2)
    results = model.test_step(batch(clip([True], 0, video=video), clip([True], 1, video=video)))
    assert [result.frame for result in results] == [0, 1]
    assert results[-1].summaries is not None


def test_every_config_is_in_its_metafile():
    for folder in {path.parent for path in CONFIGS}:
        listed = [model['Config'] for model in yaml.safe_load((ROOT / folder / 'metafile.yml').read_text())['Models']]
        assert sorted(listed) == [str(path) for path in CONFIGS if path.parent == folder]


@pytest.mark.parametrize('other', ['masktrack_rcnn/iou-tracker-plus', 'deepsort/deepsort'])
def test_the_swap_is_one_line(other):
    texts = [(ROOT / 'configs' / f'{name}_mask-rcnn_r50_fpn_12e_youtubevis2019.py').read_text()
             for name in ('masktrack_rcnn/masktrack-rcnn', other)]
    first, second = ([line for line in text.splitlines() if not line.startswith('#')] for text in texts)
    assert len([pair for pair in zip(first, second, strict=True) if pair[0] != pair[1]]) == 1


def test_a_head_for_other_classes_is_named():
    config = load_config(ROOT / 'configs/masktrack_rcnn/masktrack-rcnn_mask-rcnn_r18_fpn_street-world.py',
                         {'model.detector.roi_head.mask_head.num_classes': 80})
    with pytest.raises(ValueError, match=r'model\.detector\.roi_head\.mask_head\.num_classes is 80, but there are 3'):
        check_config(config)


def test_a_stale_key_is_named():
    config = load_config(ROOT / 'configs/masktrack_rcnn/masktrack-rcnn_mask-rcnn_r18_fpn_street-world.py',
                         {'model.tracker.max_agee': 3})
    with pytest.raises(ValueError, match=r'model\.tracker.*max_agee'):
        check_config(config)


def test_what_is_tuned_is_in_the_config():
    tuned = [config for config in map(load_config, CONFIGS) if 'tuning' in config]
    assert len(tuned) >= 2
    for config in tuned:
        space = Space(config.tuning.space, config.model.tracker)
        assert space.draw(0, 0) == space.own
