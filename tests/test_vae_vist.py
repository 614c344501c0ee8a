"""VIST-VAE on a small street world, run by the tools: trained, killed, resumed, tested, streamed, looked at."""

import json
import re
import sys
from pathlib import Path

import pytest

from mmvist.engine import read_checkpoint
from mmvist.worlds import WorldConfig
from mmvist.worlds.writer import write
from tests.commands import ROOT, run, train_in_two_goes

WORLD = WorldConfig(seed=3, num_train_videos=3, num_val_videos=2, num_frames=8, height=96, width=160, min_area=20)
# A quarter of the backbone's channels, fewer items; all else is the configs'.
CONFIG = """
_base_ = '{root}/configs/vae_vist/{name}.py'
load_from = {weights!r}
train_dataloader = dict(
    batch_size=2, dataset=dict(ann_file='{data}/train.json', img_prefix='{data}/train/JPEGImages'))
val_dataloader = dict(dataset=dict(ann_file='{data}/val.json', img_prefix='{data}/val/JPEGImages'))
test_dataloader = val_dataloader
val_evaluator = [dict(type='MOTSMetric', ann_file='{data}/val.json')]
test_evaluator = val_evaluator
train_cfg = dict(max_epochs=2, val_interval=2)
model = dict(detector=dict(
    backbone=dict(base_channels=8), neck=dict(in_channels=[8, 16, 32, 64]),
    test_cfg=dict(rcnn=dict(score_thr=0.1))))
"""
# Boxes of a network that has hardly learned are tracked, too.
TRACKED = "train_dataloader['sampler'] = dict(num_items=6)\nmodel['detector']['min_score'] = 0.1\n"
FULL = 'vae-vist_r18_fpn_street-world'


@pytest.mark.slow
def test_from_images_to_tracks(tmp_path):
    data = tmp_path / 'world'
    write(WORLD, data)

    def config(name, weights, more):
        path = tmp_path / f'{name}.py'
        path.write_text(CONFIG.format(root=ROOT, name=name, data=data, weights=weights) + more)
        return path

    images = config('mask-rcnn_r18_fpn_street-world', None, "train_dataloader['sampler'] = dict(num_items=6)\n")
    run(sys.executable, 'tools/train.py', images, '--work-dir', tmp_path / 'images')
    full = config(FULL, str(tmp_path / 'images/epoch_2.pth'), TRACKED)
    checkpoint = train_in_two_goes(full, tmp_path / 'full')
    # Three steps an epoch; the second epoch goes on counting.
    assert read_checkpoint(checkpoint)['state_dict']['detector.num_steps'] == 6

    scores = {}
    for name, command in (('one', (sys.executable, 'tools/test.py', full, checkpoint)),
                          ('two', ('tools/dist_test.sh', full, checkpoint, 2))):
        run(*command, '--eval', '--out', tmp_path / f'{name}.json', '--json', tmp_path / f'scores_{name}.json')
        scores[name] = json.loads((tmp_path / f'scores_{name}.json').read_text())
    assert scores['one'] == scores['two']
    found = json.loads((tmp_path / 'one.json').read_text())
    assert found == json.loads((tmp_path / 'two.json').read_text())
    assert len(found) > 0

    # Two processes train, too.
    run('tools/dist_train.sh', full, 2, '--work-dir', tmp_path / 'both', '--cfg-options', 'train_cfg.max_epochs=1')
    assert (tmp_path / 'both/epoch_1.pth').exists()

    video = sorted((data / 'val/JPEGImages').iterdir())[0]
    run(sys.executable, 'tools/track.py', full, checkpoint, video, '--json', tmp_path / 'tracked.json', '--out',
        tmp_path / 'tracked.mp4', '--panels')
    assert len(json.loads((tmp_path / 'tracked.json').read_text())['frames']) == 8
    assert (tmp_path / 'tracked.mp4').stat().st_size > 0

    # What a row leaves out is not in its log.
    for row, missing in (('no-variational', {'loss_kl'}), ('no-future', {'loss_future'}),
                         ('proposals', {'loss_future', 'loss_augment_cls'})):
        path = config(f'{FULL}_{row}', str(tmp_path / 'images/epoch_2.pth'), TRACKED)
        printed = run(sys.executable, 'tools/train.py', path, '--work-dir', tmp_path / row, '--cfg-options',
                      'train_cfg.max_epochs=1', 'default_hooks.logger.interval=1')
        logged = set(re.findall(r'(loss_\w+): ', '\n'.join(re.findall(r'Epoch\(train\).*', printed))))
        assert logged & {'loss_kl', 'loss_future', 'loss_augment_cls'} == {
            'loss_kl', 'loss_future', 'loss_augment_cls'} - missing
        assert Path(tmp_path / row / 'epoch_1.pth').exists()
