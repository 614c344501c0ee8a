"""Panels drawn from the command line: what a tiny pixel embedding sees of a tiny street world."""

import runpy
import sys
from pathlib import Path

import pytest
import torch
from mmengine.config import Config

from mmvist.io.frames import open_frames
from mmvist.registry import MODELS
from mmvist.worlds import WorldConfig
from mmvist.worlds.writer import write
from tests.models.detectors.test_pixel_embedding import config as tiny_detector

ROOT = Path(__file__).parents[2]
BASES = ('detectors/pixel-embedding_r18_street-world', 'trackers/pixel_embedding', 'datasets/street_world',
         'schedules/street_world', 'panels/pixel_embedding', 'runtime')
WORLD = WorldConfig(num_train_videos=0, num_val_videos=1, num_frames=3, height=64, width=96, min_area=1, noise=0.0)
# A frame of 64x96 is enlarged six times.
HEIGHT, WIDTH = 384, 576


@pytest.fixture(autouse=True)
def one_thread():
    threads = torch.get_num_threads()
    torch.set_num_threads(1)
    yield
    torch.set_num_threads(threads)


@pytest.fixture(scope='module')
def world(tmp_path_factory):
    """A world on disk, a config with panels, and a checkpoint of untrained weights, some of which find foreground."""
    root = tmp_path_factory.mktemp('world')
    write(WORLD, root / 'data')
    bases = [str(ROOT / f'configs/_base_/{base}.py') for base in BASES]
    (root / 'joined.py').write_text(f'_base_ = {bases}\n')
    config = Config.fromfile(root / 'joined.py')
    config.model = dict(type='VideoInstanceSegmentor', detector=tiny_detector(), embedder=None, tracker=config.tracker,
                        data_preprocessor=config.data_preprocessor)
    config.test_dataloader.dataset.update(ann_file=str(root / 'data/val.json'),
                                          img_prefix=str(root / 'data/val/JPEGImages'))
    config.test_dataloader.dataset.pipeline[1].scale = (96, 64)
    config.visualizer = dict(type='Visualizer', vis_backends=[])
    torch.manual_seed(0)
    model = MODELS.build(config.model)
    with torch.no_grad():
        model.detector.foreground.decoder.heads[0][1].bias.copy_(torch.tensor([0., .02]))
        model.detector.decoder.heads[0][1].weight.mul_(20)
    torch.save({'state_dict': model.state_dict()}, root / 'tiny.pth')
    config.dump(root / 'tiny.py')
    return root


@pytest.fixture
def run(world, monkeypatch):
    """`run(tool, *arguments)`: a tool with config and checkpoint, in this process."""
    def build(tool, *arguments):
        monkeypatch.setattr(sys, 'argv', [tool, *map(str, (world / 'tiny.py', world / 'tiny.pth', *arguments))])
        runpy.run_path(str(ROOT / 'tools' / tool), run_name='__main__')

    return build


@pytest.fixture
def frames(world):
    return next((world / 'data/val/JPEGImages').iterdir())


def drawn(path, columns, rows):
    """The panels of each frame of a video, row by row."""
    images = list(open_frames(path))
    assert len(images) == WORLD.num_frames
    height = images[0].shape[0] // rows
    assert images[0].shape[1] == columns * (WIDTH + 4) - 4
    assert HEIGHT + 8 < height < HEIGHT + 40
    return [[image[row * height:][height - HEIGHT - 2:height - 2, column * (WIDTH + 4):][:, :WIDTH]
             for row in range(rows) for column in range(columns)] for image in images]


def test_every_panel_while_it_tracks(run, frames, tmp_path):
    run('track.py', frames, '--device', 'cpu', '--out', tmp_path / 'seen.mp4', '--panels', '--cfg-options',
        'model.detector.min_area=20')
    for image, instances, embedding, depth, scatter, nothing in drawn(tmp_path / 'seen.mp4', 3, 2):
        differ = [float(abs(first.astype(int) - second).mean())
                  for first, second in ((image, instances), (image, embedding), (image, depth), (scatter, nothing))]
        assert min(differ) > 1
        assert abs(nothing.astype(int) - nothing[0, 0]).mean() < 1


def test_the_panels_that_are_named(run, frames, tmp_path):
    run('track.py', frames, '--device', 'cpu', '--out', tmp_path / 'seen.mp4', '--panels', 'depth', 'image')
    assert len(drawn(tmp_path / 'seen.mp4', 2, 1)) == WORLD.num_frames


def test_without_panels_it_is_one_overlay(run, frames, tmp_path):
    run('track.py', frames, '--device', 'cpu', '--out', tmp_path / 'seen.mp4')
    assert next(iter(open_frames(tmp_path / 'seen.mp4'))).shape == (HEIGHT, WIDTH, 3)


def test_a_test_draws_them_too(run, frames, tmp_path):
    run('test.py', '--show-dir', tmp_path / 'shown', '--panels', 'image', 'embedding', '--work-dir', tmp_path / 'work',
        '--cfg-options', f'experiment_name={tmp_path.name}')
    assert len(drawn(tmp_path / 'shown' / f'{frames.name}.mp4', 2, 1)) == WORLD.num_frames


@pytest.mark.parametrize(('arguments', 'message'), [
    (('track.py', 'a.mp4', '--json', 'a.json', '--panels'), '--panels are drawn in the video: name it with --out'),
    (('test.py', '--eval', '--panels'), '--panels show in the videos of --show-dir FOLDER'),
    (('test.py', '--show-dir', 'a', '--detections', 'b.npz', '--panels'), 'which --detections go without')])
def test_panels_have_a_place_and_a_network(run, capsys, arguments, message):
    with pytest.raises(SystemExit):
        run(*arguments)
    assert message in capsys.readouterr().err
