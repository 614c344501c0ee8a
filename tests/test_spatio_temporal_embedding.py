"""The spatio-temporal embedding's three stages on a small street world, run by the tools: trained, killed, resumed,
tested, streamed, looked at."""

import json
import sys

import pytest
import torch

from mmvist.engine import read_checkpoint
from mmvist.worlds import WorldConfig
from mmvist.worlds.writer import write
from tests.commands import ROOT, run, train_in_two_goes

WORLD = WorldConfig(seed=3, num_train_videos=3, num_val_videos=2, num_frames=8, height=96, width=160, min_area=20,
                    camera_speed=6.0, drives=1.0)
# A quarter of the channels, fewer windows; all else is the configs'.
CONFIG = """
_base_ = '{root}/configs/spatio_temporal_embedding/{name}.py'
load_from = {weights!r}
train_dataloader = dict(
    batch_size=2, sampler=dict(num_items=6),
    dataset=dict(ann_file='{data}/train.json', img_prefix='{data}/train/JPEGImages'))
val_dataloader = dict(dataset=dict(ann_file='{data}/val.json', img_prefix='{data}/val/JPEGImages'))
test_dataloader = val_dataloader
val_evaluator = {evaluator}
test_evaluator = val_evaluator
train_cfg = dict(max_epochs=2, val_interval=2)
encoder = dict(backbone=dict(base_channels=8), channels=[8, 8, 16, 32, 64])
decoder = dict(in_channels=16, channels=[8, 8, 8], skip_channels=[8, 8])
start = {start}
model = dict(detector=dict(
    encoder=dict(**encoder, **start), decoder=dict(**decoder, **start), depth_decoder=decoder,
    pose_network=dict(backbone=dict(base_channels=8), in_channels=64, channels=8),
    foreground=dict(encoder=encoder, decoder=decoder, **start), min_area=4))
"""
NARROW = "model['detector']['temporal_model'] = dict(channels=16, hidden=8)\n"
EVALUATORS = {
    'foreground': "[dict(type='ForegroundMetric', ann_file='{data}/val.json')]",
    'depth': "[dict(type='DepthMetric', depth_prefix='{data}/depth/val'), dict(type='CameraMotionMetric', "
             "cameras='{data}/cameras/val')]",
    'joint': "[dict(type='YouTubeVISMetric', ann_file='{data}/val.json'), "
             "dict(type='MOTSMetric', ann_file='{data}/val.json')]"}
NAMES = {'foreground': 'foreground_r18_street-world', 'depth': 'depth_r18_street-world',
         'joint': 'spatio-temporal-embedding_r18_street-world'}


def weights_of(checkpoint, *parts):
    state = read_checkpoint(checkpoint)['state_dict']
    prefixes = tuple(f'detector.{part}.' for part in parts)
    return {name: value for name, value in state.items() if name.startswith(prefixes)}


@pytest.mark.slow
def test_three_stages(tmp_path):
    data = tmp_path / 'world'
    write(WORLD, data)
    checkpoints = {stage: tmp_path / stage / 'epoch_2.pth' for stage in NAMES}
    configs = {}
    for stage, name in NAMES.items():
        start = dict(init_cfg=None) if stage == 'foreground' else dict(
            init_cfg=dict(checkpoint=str(checkpoints['foreground'])))
        text = CONFIG.format(
            root=ROOT, name=name, data=data, evaluator=EVALUATORS[stage].format(data=data), start=start,
            weights=str(checkpoints['depth']) if stage == 'joint' else None)
        configs[stage] = tmp_path / f'{stage}.py'
        configs[stage].write_text(text + ('' if stage == 'depth' else NARROW))
        assert train_in_two_goes(configs[stage], tmp_path / stage) == checkpoints[stage]

    # The foreground is what stage 1 left, its statistics included.
    kept = [weights_of(checkpoints[stage], 'foreground') for stage in NAMES]
    assert kept[0]
    for other in kept[1:]:
        assert other.keys() == kept[0].keys()
        assert all(torch.equal(other[name], value) for name, value in kept[0].items())
    # At next to no rate, weights are those that a stage starts with.
    for stage, parts, of in (('depth', ['encoder'], ['foreground.encoder']),
                             ('joint', ['encoder', 'depth_decoder', 'pose_network'], None)):
        run(sys.executable, 'tools/train.py', configs[stage], '--work-dir', tmp_path / f'{stage}_start',
            '--cfg-options', 'train_cfg.max_epochs=1', 'optim_wrapper.optimizer.lr=0')
        start = weights_of(tmp_path / f'{stage}_start/epoch_1.pth', *parts)
        before = weights_of(checkpoints['foreground' if of else 'depth'], *(of or parts))
        names = [name for name in start if name.endswith(('weight', 'bias'))]
        assert len(names) > 60
        for name in names:
            known = before[name.replace('encoder.', 'foreground.encoder.', 1) if of else name]
            assert torch.allclose(start[name], known, atol=1e-3), name

    scores = {}
    for name, command in (('one', (sys.executable, 'tools/test.py', configs['joint'], checkpoints['joint'])),
                          ('two', ('tools/dist_test.sh', configs['joint'], checkpoints['joint'], 2))):
        run(*command, '--eval', '--out', tmp_path / f'{name}.json', '--json', tmp_path / f'scores_{name}.json')
        scores[name] = json.loads((tmp_path / f'scores_{name}.json').read_text())
    assert scores['one'] == scores['two']
    assert json.loads((tmp_path / 'one.json').read_text()) == json.loads((tmp_path / 'two.json').read_text())
    for stage, wanted in (('foreground', 'foreground/iou'), ('depth', 'camera/direction_median')):
        run(sys.executable, 'tools/test.py', configs[stage], checkpoints[stage], '--eval', '--json',
            tmp_path / f'{stage}.json')
        assert json.loads((tmp_path / f'{stage}.json').read_text())[wanted] >= 0

    # Two processes train, too.
    run('tools/dist_train.sh', configs['joint'], 2, '--work-dir', tmp_path / 'both', '--cfg-options',
        'train_cfg.max_epochs=1')
    assert (tmp_path / 'both/epoch_1.pth').exists()

    images = data / 'val/JPEGImages' / sorted(path.name for path in (data / 'val/JPEGImages').iterdir())[0]
    run(sys.executable, 'tools/track.py', configs['joint'], checkpoints['joint'], images, '--json',
        tmp_path / 'tracked.json', '--out', tmp_path / 'tracked.mp4', '--panels')
    assert len(json.loads((tmp_path / 'tracked.json').read_text())['frames']) == 8
    assert (tmp_path / 'tracked.mp4').stat().st_size > 0
