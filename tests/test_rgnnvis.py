"""RGNNVIS's two stages on a small street world, run by the tools: trained, killed, resumed, tested, streamed."""

import json
import sys

import pytest
import torch

from mmvist.engine import read_checkpoint
from mmvist.worlds import WorldConfig
from mmvist.worlds.writer import write
from tests.commands import ROOT, run, train_in_two_goes

WORLD = WorldConfig(seed=3, num_train_videos=3, num_val_videos=2, num_frames=6, height=96, width=160, min_area=20)
# Fewer channels and clips; all else is the configs'.
STAGE_1 = """
_base_ = '{root}/configs/rgnnvis/yolact_r18_fpn_street-world.py'
train_dataloader = dict(batch_size=6, dataset=dict(ann_file='{data}/train.json', img_prefix='{data}/train/JPEGImages'))
val_dataloader = dict(dataset=dict(ann_file='{data}/val.json', img_prefix='{data}/val/JPEGImages'))
test_dataloader = val_dataloader
val_evaluator = [dict(type='FrameMetric', scores=('coco',), ann_file='{data}/val.json')]
test_evaluator = val_evaluator
train_cfg = dict(max_epochs=2, val_interval=2)
model = dict(detector=dict(
    backbone=dict(base_channels=8), neck=dict(in_channels=[16, 32, 64], out_channels=16),
    bbox_head=dict(in_channels=16, feat_channels=16),
    mask_head=dict(in_channels=16, proto_channels=(16, 16, 16, None, 16, 16))))
"""
STAGE_2 = STAGE_1.replace('yolact_r18', 'rgnnvis_r18').replace('batch_size=6, dataset=dict(', """
    batch_size=2, sampler=dict(num_items=6), dataset=dict(
        clip=dict(length=4), """).replace('FrameMetric', 'YouTubeVISMetric').replace("scores=('coco',), ", '') + """
load_from = '{weights}'
# After so little training nothing is sure.
model['detector']['test_cfg'] = dict(min_score=0.0)
model.update(
    embedder=dict(in_channels=[32, 64], channels=8),
    tracker=dict(appearance_channels=16, background=-100.0, association=dict(init_threshold=-100.0)),
    detection_cache='{data}/detections')
"""


@pytest.mark.slow
def test_both_stages(tmp_path):
    data = tmp_path / 'world'
    write(WORLD, data)
    configs = {}
    for name, text in (('stage_1', STAGE_1), ('stage_2', STAGE_2)):
        configs[name] = tmp_path / f'{name}.py'
        configs[name].write_text(text.format(root=ROOT, data=data, weights=tmp_path / 'stage_1/epoch_2.pth'))
    weights = train_in_two_goes(configs['stage_1'], tmp_path / 'stage_1')
    checkpoint = train_in_two_goes(configs['stage_2'], tmp_path / 'stage_2')

    # The detector is what stage 1 left, its statistics included.
    before, after = (read_checkpoint(path)['state_dict'] for path in (weights, checkpoint))
    detector = [name for name in after if name.startswith('detector.')]
    assert detector
    assert all(torch.equal(before[name], after[name]) for name in detector)
    assert any(name.startswith('tracker.') for name in after)
    assert len(list((data / 'detections').rglob('*'))) > 6

    scores = {}
    for name, command in (('one', (sys.executable, 'tools/test.py', configs['stage_2'], checkpoint)),
                          ('two', ('tools/dist_test.sh', configs['stage_2'], checkpoint, 2))):
        run(*command, '--eval', 'ytvis', 'mots', '--out', tmp_path / f'{name}.json', '--json',
            tmp_path / f'scores_{name}.json')
        scores[name] = json.loads((tmp_path / f'scores_{name}.json').read_text())
    assert scores['one'] == scores['two']
    results = json.loads((tmp_path / 'one.json').read_text())
    assert results
    assert results == json.loads((tmp_path / 'two.json').read_text())

    # Two processes train, too, although a batch may leave weights unused.
    run('tools/dist_train.sh', configs['stage_2'], 2, '--work-dir', tmp_path / 'both', '--cfg-options',
        'train_cfg.max_epochs=1')
    assert (tmp_path / 'both/epoch_1.pth').exists()

    images = data / 'val/JPEGImages' / sorted(path.name for path in (data / 'val/JPEGImages').iterdir())[0]
    run(sys.executable, 'tools/track.py', configs['stage_2'], checkpoint, images, '--json', tmp_path / 'tracked.json')
    assert json.loads((tmp_path / 'tracked.json').read_text())
