"""Detect once, track often: what a run with a network finds comes back without one, whatever the tracker."""

import json
import runpy
import shutil
import sys
from pathlib import Path

import pytest
import torch
from mmengine.config import Config

from mmvist.engine import load_config
from mmvist.io.detections import DetectionsReader
from mmvist.registry import MODELS
from mmvist.worlds import WorldConfig
from mmvist.worlds.writer import write
from tests.models.builders import tiny_detector, tiny_model, tiny_slots

ROOT = Path(__file__).parents[2]
TRACKERS = {'masktrack-rcnn': 'masktrack', 'iou-tracker-plus': 'iou_plus'}
WORLD = WorldConfig(num_train_videos=0, num_val_videos=2, num_frames=4, height=64, width=96, min_area=1, noise=0.0)


@pytest.fixture(autouse=True)
def one_thread():
    threads = torch.get_num_threads()
    torch.set_num_threads(1)
    yield
    torch.set_num_threads(threads)


@pytest.fixture(scope='module')
def world(tmp_path_factory):
    """A world on disk, a checkpoint of a tiny untrained model, and its configs, half as large again as the world."""
    root = tmp_path_factory.mktemp('world')
    write(WORLD, root / 'data')
    torch.save({'state_dict': tiny_model().state_dict()}, root / 'tiny.pth')
    truth = str(root / 'data/val.json')
    for name, tracker in TRACKERS.items():
        config = load_config(ROOT / f'configs/masktrack_rcnn/{name}_mask-rcnn_r18_fpn_street-world.py')
        config.model.update(detector=tiny_detector(), **tiny_slots(tracker))
        config.test_dataloader.dataset.update(ann_file=truth, img_prefix=str(root / 'data/val/JPEGImages'))
        config.test_dataloader.dataset.pipeline[1].scale = (144, 96)
        config.test_evaluator = [dict(type='MOTSMetric', ann_file=truth)]
        config.visualizer = dict(type='Visualizer', vis_backends=[])
        config.dump(root / f'{name}.py')
    return root


@pytest.fixture
def run(world, monkeypatch, tmp_path):
    """`run(config, *arguments)`: the tool, in this process."""
    def build(config, *arguments):
        monkeypatch.setattr(sys, 'argv', ['test.py', *map(str, (world / f'{config}.py', *arguments, '--work-dir',
                                                                tmp_path / 'work', '--cfg-options',
                                                                f'experiment_name={tmp_path.name}-{len(runs)}'))])
        runs.append(arguments)
        runpy.run_path(str(ROOT / 'tools/test.py'), run_name='__main__')

    runs = []
    return build


def tracked(run, folder, config, *arguments):
    """Scores and results of a run."""
    run(config, *arguments, '--eval', '--json', folder / 'scores.json', '--out', folder / 'results.json')
    return json.loads((folder / 'scores.json').read_text()), json.loads((folder / 'results.json').read_text())


def test_every_tracker_finds_again_what_it_found_with_the_network(world, run, tmp_path):
    run('masktrack-rcnn', world / 'tiny.pth', '--dump-detections', tmp_path / 'found.npz')
    reader = DetectionsReader(tmp_path / 'found.npz')
    assert (reader.classes, reader.embed_size) == (('car', 'pedestrian', 'truck'), 8)
    assert [len(video.file_names) for video in reader.videos] == [4, 4]
    expected = {name: tracked(run, tmp_path, name, world / 'tiny.pth') for name in TRACKERS}
    images = world / 'data/val/JPEGImages'
    shutil.move(images, tmp_path / 'hidden')
    try:
        again = {name: tracked(run, tmp_path, name, '--detections', tmp_path / 'found.npz') for name in TRACKERS}
    finally:
        shutil.move(tmp_path / 'hidden', images)
    assert again == expected
    counts = {name: len(results) for name, (_, results) in again.items()}
    assert min(counts.values()) > 2
    assert counts['masktrack-rcnn'] != counts['iou-tracker-plus']


def test_results_are_detections_too(world, run, tmp_path):
    """The ground truth and the results of a run, tracked anew."""
    truth = world / 'data/val.json'
    scores, _ = tracked(run, tmp_path, 'iou-tracker-plus', '--detections', truth)
    assert (scores['mots/FP'], scores['mots/FN'], scores['mots/MOTSP']) == (0, 0, 1)
    shutil.copy(tmp_path / 'results.json', tmp_path / 'earlier.json')
    again, _ = tracked(run, tmp_path, 'iou-tracker-plus', '--detections', tmp_path / 'earlier.json')
    assert again == scores
    # Any file becomes a detections file.
    run('iou-tracker-plus', '--detections', tmp_path / 'earlier.json', '--dump-detections', tmp_path / 'found.npz')
    assert sum(map(len, map(DetectionsReader(tmp_path / 'found.npz').read, range(2)))) == scores['mots/TP']


def test_an_embedder_looks_at_images(world, run, tmp_path):
    """Without stored embeddings the network makes them; the checkpoint is that of the whole model."""
    run('iou-tracker-plus', world / 'tiny.pth', '--dump-detections', tmp_path / 'boxes.npz')
    assert DetectionsReader(tmp_path / 'boxes.npz').embed_size is None
    expected = tracked(run, tmp_path, 'masktrack-rcnn', world / 'tiny.pth')
    assert tracked(run, tmp_path, 'masktrack-rcnn', world / 'tiny.pth', '--detections',
                   tmp_path / 'boxes.npz') == expected


@pytest.mark.parametrize(('arguments', 'message'), [
    (('tiny.pth', '--dump-detections', 'a.npz', '--eval'), '--dump-detections stores what is not tracked'),
    (('tiny.pth', '--dump-detections', 'a.npz', '--show-dir', 'a'), 'leave out --eval, --out, --show-dir and'),
    (('tiny.pth', '--dump-detections', 'a.npz', '--score-curves', 'a.png'), '--dump-detections stores what is not'),
    (('--detections', 'a.npz', '--launcher', 'pytorch'), 'what needs no checkpoint runs in one process')])
def test_what_is_refused(run, capsys, arguments, message):
    with pytest.raises(SystemExit) as ended:
        run('masktrack-rcnn', *arguments)
    assert ended.value.code == 2
    assert message in capsys.readouterr().err


@MODELS.register_module()
class LearnedTracker(torch.nn.Linear):
    """A tracker that has weights."""


def test_what_has_no_weights_needs_no_checkpoint(world, run, tmp_path):
    truth = str(world / 'data/val.json')
    config = Config.fromfile(world / 'iou-tracker-plus.py')
    config.model.detector = dict(type='FileDetector', file=truth)
    config.dump(world / 'files.py')
    run('files', '--eval', 'mots', '--json', tmp_path / 'scores.json')
    assert json.loads((tmp_path / 'scores.json').read_text())['mots/recall'] == 1
    with pytest.raises(ValueError, match=r'masktrack-rcnn\.py: the model has weights; name a checkpoint'):
        run('masktrack-rcnn', '--eval')


def test_weights_that_still_run_are_asked_for(world, run):
    config = Config.fromfile(world / 'iou-tracker-plus.py')
    config.model.tracker = dict(type='LearnedTracker', in_features=1, out_features=1)
    config.dump(world / 'learned.py')
    with pytest.raises(ValueError, match=r'learned\.py: parts of the model that still run with --detections have weig'):
        run('learned', '--detections', world / 'data/val.json', '--eval')
