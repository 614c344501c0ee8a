"""Every shipped config loads, builds, takes one training step and follows one short video."""

import json
from pathlib import Path

import pytest
import torch
import yaml

from mmvist.engine import check_config, load_config
from mmvist.registry import MODELS
from mmvist.structures import Video
from tests.models.builders import batch, clip

ROOT = Path(__file__).parents[1]
CONFIGS = sorted(path.relative_to(ROOT) for path in (ROOT / 'configs').glob('*/*.py') if path.parent.name != '_base_')


def build(path, tmp_path):
    config = load_config(ROOT / path)
    for part in (config.model.detector, config.model.tracker):
        if part.type in ORACLES:
            part.update(ann_file=str(tmp_path / 'val.json'), split=None)
            categories = [{'id': number, 'name': name} for number, name in enumerate(part.classes, 1)]
            (tmp_path / 'val.json').write_text(json.dumps({**EMPTY_VIDEO, 'categories': categories}))
    check_config(config)
    return MODELS.build(config.model), config


EMPTY_VIDEO = {'videos': [{'id': 9, 'width': 96, 'height': 64, 'length': 2, 'file_names': ['a/0.jpg', 'a/1.jpg']}],
               'annotations': []}
ORACLES = ('OracleDetector', 'OracleTracker')


def test_there_are_configs():
    assert len(CONFIGS) >= 6


@pytest.mark.parametrize('path', CONFIGS, ids=str)
def test_a_config_trains_and_tracks(path, tmp_path):
    torch.manual_seed(0)
    model, config = build(path, tmp_path)
    if config.model.detector.type != 'OracleDetector':
        model.train()
        losses = model(**model.data_preprocessor(batch(clip([True, False], num_classes=len(config.classes))), True), mode='loss')
        total, _ = model.parse_losses(losses)
        total.backward()
        assert torch.isfinite(total)
        assert [name for name, weight in model.named_parameters()
                if weight.requires_grad and weight.grad is None] == []
    model.eval()
    video = Video(9, 'toy', 64, 96, 2)
    results = model.test_step(batch(clip([True], 0, video=video), clip([True], 1, video=video)))
    assert [result.frame for result in results] == [0, 1]
    assert results[-1].summaries is not None


def test_every_config_is_in_its_metafile():
    for folder in {path.parent for path in CONFIGS}:
        listed = [model['Config'] for model in yaml.safe_load((ROOT / folder / 'metafile.yml').read_text())['Models']]
        assert sorted(listed) == [str(path) for path in CONFIGS if path.parent == folder]


def test_the_swap_is_one_line():
    folder = ROOT / 'configs/masktrack_rcnn'
    texts = [(folder / f'{name}_mask-rcnn_r50_fpn_12e_youtubevis2019.py').read_text()
             for name in ('masktrack-rcnn', 'iou-tracker-plus')]
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
