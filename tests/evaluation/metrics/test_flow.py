"""Flow over a run on the street world."""

from dataclasses import replace

import numpy as np
import pytest

from mmvist.evaluation.functional.flow import flow_errors, flow_scores
from mmvist.evaluation.metrics import FlowMetric
from mmvist.evaluation.metrics.base import ScoringError
from mmvist.io.flow import read_flow
from mmvist.structures import FrameResult
from mmvist.worlds import WorldConfig, generate
from mmvist.worlds.writer import write

WORLD = WorldConfig(num_train_videos=0, num_val_videos=2, num_frames=3, height=48, width=80, min_area=1)


@pytest.fixture(scope='module')
def world(tmp_path_factory):
    root = tmp_path_factory.mktemp('worlds') / 'world'
    write(WORLD, root)
    return root, list(generate(WORLD))


@pytest.fixture
def metric(world):
    root, _ = world
    return FlowMetric(root / 'flow' / 'val', ann_file=root / 'val.json')


def results_of(videos, change=lambda flow: flow):
    none = np.zeros(0, np.int64)
    return [FrameResult(replace(video.tracks.video, file_names=()), frame, none, none, np.zeros(0, np.float32),
                        np.zeros((0, 4), np.float32), (),
                        features={'flow': change(video.backward_flow[frame].transpose(2, 0, 1))})
            for video in videos for frame in range(3)]


def scored(metric, results):
    metric.process(None, results)
    return metric.evaluate(len(results))


def test_exact_flow_has_no_error(metric, world):
    scores = scored(metric, results_of(world[1]))
    assert scores['flow/all/EPE'] < 1 / 64
    assert scores['flow/all/Fl'] == 0
    known = sum(int((video.backward_known[frame] > 0).sum()) for video in world[1] for frame in (1, 2))
    assert scores['flow/all/pixels'] <= known
    assert scores['flow/all/pixels'] == scores['flow/seen/pixels'] + scores['flow/hidden/pixels']
    assert scores['flow/all/pixels'] == scores['flow/objects/pixels'] + scores['flow/background/pixels']
    moving = sum(int(video.areas[frame].sum()) for video in world[1] for frame in (1, 2))
    assert 0 < scores['flow/objects/pixels'] <= moving


def test_errors_are_those_of_all_frames_together(metric, world):
    root, videos = world
    generator = np.random.default_rng(0)
    results = results_of(videos, lambda flow: flow + generator.normal(scale=4, size=flow.shape).astype(np.float32))
    scores = scored(metric, results[::-1])
    errors = []
    for result in results:
        if result.frame:
            truth, known = read_flow(root / 'flow' / 'val' / result.video.name / f'{result.frame:05d}.png')
            errors.append(flow_errors(result.features['flow'].transpose(1, 2, 0), truth, known))
    for name, value in flow_scores(errors).items():
        assert scores[f'flow/{name}'] == pytest.approx(value)


def test_a_map_of_half_the_size_is_brought_to_the_images(metric, world):
    even = results_of(world[1], lambda flow: np.full((2, 24, 40), 2, np.float32))
    whole = results_of(world[1], lambda flow: np.full((2, 48, 80), 2, np.float32))
    assert scored(metric, even) == scored(metric, whole)


def test_files_that_are_missing_or_broken(metric, world, tmp_path):
    root, videos = world
    results = results_of(videos)
    with pytest.raises(FileNotFoundError, match='no such file or folder'):
        FlowMetric(tmp_path / 'gone')
    with pytest.raises(FileNotFoundError, match='val_0001/00001.png: no such file, nor one of any other frame of'):
        FlowMetric(tmp_path).process(None, results)
    for result in results[:3]:
        path = tmp_path / result.video.name / f'{result.frame:05d}.png'
        path.parent.mkdir(exist_ok=True)
        path.write_bytes((root / 'flow' / 'val' / result.video.name / path.name).read_bytes()[:100 + 10 ** 6 * (
            result.frame != 2)])
    broken = FlowMetric(tmp_path)
    broken.process(None, results[:3])
    with pytest.raises(ScoringError, match='00002.png: not an image, or cut short'):
        broken.evaluate(3)
    with pytest.raises(ValueError, match=r'flow must be \(2, h, w\), got \(3, 2, 2\)'):
        metric.process(None, [replace(results[1], features={'flow': np.zeros((3, 2, 2))})])
    with pytest.raises(ValueError, match="has no feature 'flow'"):
        metric.process(None, [replace(results[1], features={})])
