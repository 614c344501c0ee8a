"""RGNNVIS's configs hold the paper's numbers, and each row changes what its name says."""

import math
from pathlib import Path

import pytest
from mmengine.config import ConfigDict

from mmvist.engine import load_config
from mmvist.registry import MODELS

FOLDER = Path(__file__).parents[1] / 'configs/rgnnvis'
FULL = 'rgnnvis_r50_fpn_150e_youtubevis2019'
STREET = 'rgnnvis_r18_fpn_street-world'
# What each row's tracker has that the full model's has not, by the path of the entry.
ROWS = {
    'limited-gnn': {'graph.type': 'LimitedGraph'},
    'masktrack-association': {'appearance.type': 'LatestAppearance', 'association.type': 'MaskTrackAssociation'},
    'no-appearance': {'appearance.type': 'NoAppearance'},
    'constant-variance': {'appearance.constant_variance': True},
    'lstm-appearance': {'appearance.type': 'LSTMAppearance'},
    'baked-appearance': {'appearance.type': 'BakedAppearance'},
    'masktrack-scoring': {'scoring.type': 'VoteScoring'},
    'yolact-average': {'scoring.type': 'AverageScoring'},
    'yolact-average-code': {'scoring.type': 'AverageScoring', 'scoring.momentum': 0.9},
    'no-gating': {'recurrence.type': 'NoGate'},
    'simple-gate': {'recurrence.type': 'SimpleGate'},
    'mlp-nodes': {'graph.gated': False},
    '1-block': {'graph.num_blocks': 1},
    '3-blocks': {'graph.num_blocks': 3},
    'no-residual': {'graph.residual': False},
    'code-init': {'appearance.code_init': True},
    'keep-boxes': {'keep_boxes': True},
    'release': {'release_after': 20}}


def entries(config, path=''):
    """All entries of a config, by path."""
    for key, value in config.items():
        if isinstance(value, ConfigDict):
            yield from entries(value, f'{path}{key}.')
        else:
            yield f'{path}{key}', value


def test_the_papers_numbers():
    config = load_config(FOLDER / f'{FULL}.py')
    tracker, schedule = config.model.tracker, config.optim_wrapper
    assert (tracker.channels, tracker.appearance_channels, tracker.num_classes) == (128, 512, 40)
    assert (tracker.graph.num_blocks, tracker.graph.residual, tracker.max_tracks) == (2, True, 24)
    assert tracker.loss.weights == dict(score=1, mask=1, match=4, init=1)
    assert (tracker.loss.min_iou, tracker.background) == (0.5, 10)
    # A chance of 0.119.
    thresholds = {value for key, value in tracker.association.items() if key != 'type'}
    assert 1 / (1 + math.exp(-thresholds.pop())) == pytest.approx(0.1192, abs=1e-4)
    assert not thresholds
    assert tracker.loss.last_weight * sum(tracker.loss.decay ** t for t in range(10)) == pytest.approx(1.018, abs=1e-3)
    assert (schedule.optimizer.type, schedule.optimizer.lr, schedule.optimizer.weight_decay) == ('Adam', 2e-4, 1e-4)
    assert 'clip_grad' not in schedule
    assert (config.param_scheduler, config.train_cfg.max_epochs) == ([], 150)
    data = config.train_dataloader
    assert (data.batch_size, data.dataset.clip.length, data.sampler.num_items) == (4, 10, 4 * 633)
    assert config.model.frozen == ['detector']
    assert 'detection_cache' not in config.model
    detector = config.model.detector.test_cfg
    assert detector.min_score == pytest.approx(math.exp(-3.5), abs=1e-4)
    assert (detector.nms_iou, detector.max_per_img) == (0.7, 16)


@pytest.mark.parametrize('depth', ['r50', 'r101'])
def test_stage_1(depth):
    config = load_config(FOLDER / f'yolact_{depth}_fpn_120e_youtubevis2019.py')
    following = load_config(FOLDER / f'rgnnvis_{depth}_fpn_150e_youtubevis2019.py')
    assert Path(following.load_from).parent.name == f'yolact_{depth}_fpn_120e_youtubevis2019'
    assert Path(following.load_from).stem == f'epoch_{config.train_cfg.max_epochs}'
    assert following.model.detector == config.model.detector
    assert config.model.detector.backbone.depth == int(depth[1:])
    assert config.model.detector.dropout == 0.1
    data = config.train_dataloader
    assert data.sampler.num_items // data.batch_size == 933
    assert config.param_scheduler[0].milestones == [60, 90]
    assert config.param_scheduler[0].gamma == 1 / 5


@pytest.mark.parametrize('base', [FULL, STREET])
@pytest.mark.parametrize('row', ROWS)
def test_a_row_changes_one_thing(row, base):
    full, config = load_config(FOLDER / f'{base}.py'), load_config(FOLDER / f'{base}_{row}.py')
    before, after = dict(entries(full.model.tracker)), dict(entries(config.model.tracker))
    assert {path: value for path, value in after.items() if before.get(path) != value
            and not path.startswith('association.') or path in ROWS[row]} == ROWS[row]
    assert (config.model.embedder is None) == (row == 'no-appearance')
    assert config.optim_wrapper == full.optim_wrapper
    assert config.train_dataloader == full.train_dataloader


def test_every_row_is_there():
    for base in (FULL, STREET):
        rows = {path.stem.removeprefix(f'{base}_') for path in FOLDER.glob(f'{base}_*.py')}
        assert rows == set(ROWS)


def test_sizes():
    tracker = MODELS.build(load_config(FOLDER / f'{FULL}.py').model.tracker)
    first, second = tracker.graph.blocks[0], tracker.graph.blocks[2]
    # Appendix, Table 3.
    assert first.edges[0].whole.in_features == 128 + 45 + 2
    assert first.empty_edges[0].whole.in_features == 128 + 45 + 1
    assert (first.tracks[0].in_features, first.detections[0].in_features) == (256, 45 + 128)
    assert {second.edges[0].whole.in_features, second.empty_edges[0].whole.in_features} == {384}
    assert {second.tracks[0].in_features, second.detections[0].in_features} == {256}
    baked = MODELS.build(load_config(FOLDER / f'{FULL}_baked-appearance.py').model.tracker).graph.blocks[0]
    assert (baked.edges[0].whole.in_features, baked.empty_edges[0].whole.in_features) == (128 + 557 + 1, 557 + 128)
