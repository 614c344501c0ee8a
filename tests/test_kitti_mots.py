"""MOTSNet's config for KITTI MOTS, run by the tools on a miniature in the layout of the release."""

import json
import sys

import pytest

from mmvist.engine import read_checkpoint
from mmvist.worlds import generate
from tests.commands import ROOT, run
from tests.datasets.miniatures import STREET, kitti_mots

# A smaller network and fewer regions, one worker; data, pipeline, schedule, tracker and metrics are the config's.
CONFIG = """
_base_ = '{root}/configs/motsnet/motsnet_r50_fpn_180e_kittimots.py'
workers = dict(num_workers=0, persistent_workers=False)
ann_file, img_prefix = '{data}/data/kitti_mots/instances_txt', '{data}/data/kitti_mots/training/image_02'
train_seqmap, val_seqmap = '{data}/splits/kitti_mots_train.seqmap', '{data}/splits/kitti_mots_val.seqmap'
train_dataloader = dict(**workers, sampler=dict(frames_per_item=2), dataset=dict(
    ann_file=ann_file, img_prefix=img_prefix, seqmap=train_seqmap, clip=dict(length=2)))
val_dataloader = dict(**workers, dataset=dict(ann_file=ann_file, img_prefix=img_prefix, seqmap=val_seqmap))
test_dataloader = val_dataloader
val_evaluator = dict(ann_file=ann_file, seqmap=val_seqmap)
test_evaluator = val_evaluator
train_cfg = dict(max_epochs=2, val_interval=2)
model = dict(
    detector=dict(
        backbone=dict(depth=18, base_channels=8, init_cfg=None), neck=dict(in_channels=[8, 16, 32, 64]),
        train_cfg=dict(rcnn=dict(sampler=dict(num=16)), rpn_proposal=dict(max_per_img=50)),
        test_cfg=dict(rpn=dict(max_per_img=50))),
    # After two epochs nothing is sure.
    tracker=dict(filters=[dict(type='MinScore', threshold=0.05)], min_length=1))
"""


@pytest.mark.slow
def test_train_resume_test_and_track(tmp_path):
    kitti_mots(list(generate(STREET)), tmp_path)
    config, work = tmp_path / 'small.py', tmp_path / 'work'
    config.write_text(CONFIG.format(root=ROOT, data=tmp_path))

    # Killed after an epoch, started again.
    first = ('tools/train.py', config, '--work-dir', work, '--seed', 0)
    run(sys.executable, *first, '--cfg-options', 'train_cfg.max_epochs=1')
    log = run(sys.executable, *first, '--resume')
    assert 'Epoch(train) [2]' in log
    assert 'mots/car/sMOTSA' in log
    meta = read_checkpoint(work / 'epoch_2.pth')['meta']
    # Six frames of two sequences, of which a clip shows two.
    assert (meta['epoch'], meta['iter']) == (2, 2 * 3)

    checkpoint, scores = work / 'epoch_2.pth', {}
    for name, command in (('one', (sys.executable, 'tools/test.py', config, checkpoint)),
                          ('two', ('tools/dist_test.sh', config, checkpoint, 2))):
        run(*command, '--eval', '--out', tmp_path / f'{name}', '--json', tmp_path / f'{name}.json')
        scores[name] = json.loads((tmp_path / f'{name}.json').read_text())
    assert scores['one'] == scores['two']
    # There is something to count.
    assert sum(scores['one'][f'mots/{name}/{kind}'] for name in ('car', 'pedestrian') for kind in ('TP', 'FP')) > 0

    images = tmp_path / 'data/kitti_mots/training/image_02/0000'
    run(sys.executable, 'tools/track.py', config, checkpoint, images, '--json', tmp_path / 'tracked.json')
    assert json.loads((tmp_path / 'tracked.json').read_text())
