"""Depth and the camera's motion over a run on the street world, in one process and in two."""

import json
import math
import multiprocessing
import traceback
from dataclasses import replace

import cv2
import numpy as np
import pytest
import torch

from mmvist.evaluation.functional.camera_motion import camera_motion_errors, camera_motion_scores, motions_of
from mmvist.evaluation.functional.depth import DepthScoring, depth_scores, mean_depth_scores
from mmvist.evaluation.metrics.base import ScoringError
from mmvist.io.depth_image import encode_depth, read_depth
from mmvist.io.problems import FormatError
from mmvist.registry import METRICS
from mmvist.structures import FrameResult, Video
from mmvist.worlds import WorldConfig, generate
from mmvist.worlds.writer import write

WORLD = WorldConfig(num_train_videos=0, num_val_videos=2, num_frames=3, height=48, width=80, min_area=1)
UNIT = 0.05  # of what is predicted, metres of it


@pytest.fixture(scope='module')
def world(tmp_path_factory):
    """A small world's folder, which no test may change, and its videos."""
    root = tmp_path_factory.mktemp('worlds') / 'world'
    write(WORLD, root)
    return root, list(generate(WORLD))


@pytest.fixture(scope='module')
def perfect(world):
    """What is true of every frame, in an unknown unit; the first frame's motion is none."""
    results = []
    for video in world[1]:
        motions = np.concatenate([np.eye(4)[None], motions_of(video.poses)])
        motions[:, :3, 3] *= UNIT
        # The sky, too, has some depth to a network.
        maps = UNIT * np.minimum(video.depth, 500)
        # Datasets leave the names of the images out of what results know.
        known = replace(video.tracks.video, file_names=())
        results += [frame_result(known, frame, depth=maps[frame][None], motion=motions[frame])
                    for frame in range(len(motions))]
    return results


def frame_result(video, frame, **features):
    none = np.zeros(0, np.int64)
    return FrameResult(video, frame, none, none, np.zeros(0, np.float32), np.zeros((0, 4), np.float32), (),
                       features={name: np.asarray(value, np.float32) for name, value in features.items()})


def noisy(results):
    """Depths some percent off, and motions turned by a little."""
    rng = np.random.default_rng(0)
    turns = [cv2.Rodrigues(rng.normal(size=3) * .03)[0] for _ in results]
    return [with_features(result, depth=result.features['depth'] * rng.uniform(.8, 1.3, (1, 48, 80)),
                          motion=np.block([[turn, np.zeros((3, 1))], [0, 0, 0, 1]]) @ result.features['motion'])
            for result, turn in zip(results, turns, strict=True)]


def with_features(result, **features):
    return replace(result, features={name: np.asarray(value, np.float32) for name, value in features.items()})


def depth_metric(root, **arguments):
    return METRICS.build(dict(type='DepthMetric', depth_prefix=str(root / 'depth' / 'val'), **arguments))


def motion_metric(root, **arguments):
    return METRICS.build(dict(type='CameraMotionMetric', cameras=str(root / 'cameras' / 'val'), **arguments))


def evaluated(metric, results):
    for result in results:
        metric.process(None, [result])
    return metric.evaluate(len(results))


def test_what_is_true_has_no_errors(world, perfect):
    root, _ = world
    scores = evaluated(depth_metric(root), perfect)
    # Depths are stored to 1/512 metre.
    assert max(scores[f'depth/{name}'] for name in ('abs_rel', 'sq_rel', 'rmse', 'rmse_log')) < 3e-3
    assert [scores[f'depth/delta{power}'] for power in (1, 2, 3)] == [1, 1, 1]
    assert scores['depth/constant_abs_rel'] > .1
    assert (scores['depth/images'], scores['depth/empty']) == (6, 0)
    scores = evaluated(motion_metric(root, min_distance=1e-3), perfect)
    assert max(scores[f'camera/{name}'] for name in ('direction_mean', 'rotation_mean')) < .01
    assert scores['camera/ahead_direction_median'] > .1
    assert scores['camera/ahead_rotation_mean'] > .1
    assert (scores['camera/pairs'], scores['camera/moving_pairs']) == (4, 4)


def test_scores_are_those_of_the_functions(world, perfect):
    root, videos = world
    found = noisy(perfect)
    scoring = DepthScoring(False, 1, 40)
    expected = mean_depth_scores([
        depth_scores(result.features['depth'][0] * UNIT, read_depth(
            root / 'depth' / 'val' / result.video.name / f'{result.frame:05d}.png'), scoring) for result in found])
    in_metres = [with_features(result, depth=result.features['depth'] * UNIT) for result in found]
    scores = evaluated(depth_metric(root, align=False, min_depth=1, max_depth=40), in_metres)
    assert scores == pytest.approx({f'depth/{name}': value for name, value in expected.items()})
    truth = {video.tracks.video.id: motions_of(video.poses) for video in videos}
    expected = camera_motion_scores([
        camera_motion_errors(result.features['motion'], truth[result.video.id][result.frame - 1], .05)
        for result in found if result.frame])
    scores = evaluated(motion_metric(root), found)
    assert scores == pytest.approx({f'camera/{name}': value for name, value in expected.items()}, nan_ok=True)


def test_any_order_and_doubled_frames(world, perfect):
    found = noisy(perfect)
    for build in (depth_metric, motion_metric):
        metric = build(world[0])
        expected = evaluated(metric, found)
        assert evaluated(metric, found[::-1] + found[1:3]) == pytest.approx(expected, rel=0, abs=0, nan_ok=True)


def test_only_numbers_are_kept(world, perfect):
    for build, name in ((depth_metric, 'depth'), (motion_metric, 'motion')):
        metric = build(world[0])
        metric.process(None, perfect[1:2])
        (video, frame, errors), = metric.results
        assert (video, frame) == (perfect[1].video.id, 1)
        assert all(isinstance(value, float) for value in errors.values()), name


def test_nothing_came(world):
    for build in (depth_metric, motion_metric):
        scores = build(world[0]).evaluate(0)
        assert all(value == 0 if isinstance(value, int) else math.isnan(value) for value in scores.values())


def plane(width):
    """A plane in view, (8, width): its inverse depth grows evenly from one outer border to the other."""
    return np.broadcast_to(1 / (.05 + .48 * (np.arange(width) + .5) / width), (8, width))


@pytest.fixture
def wall(tmp_path):
    """The plane but for its outermost columns, under the name of an image of KITTI, and a frame without any depth."""
    truth = plane(16).copy()
    truth[:, [0, -1]] = 0
    (tmp_path / '0002').mkdir()
    for name, depth in (('000000', truth), ('000001', np.zeros((8, 16)))):
        cv2.imwrite(str(tmp_path / '0002' / f'{name}.png'), encode_depth(depth))
    return Video('0002', '0002', 8, 16, 2)


@pytest.mark.parametrize('width', [8, 12, 16, 20, 48])
def test_maps_of_another_size_are_bilinear_in_the_inverse(width, wall, tmp_path):
    """Which is exact for a plane, but outside of the outermost centres of the map's pixels."""
    metric = METRICS.build(dict(type='DepthMetric', depth_prefix=tmp_path, align=False))
    scores = evaluated(metric, [frame_result(wall, 0, depth=plane(width)[None])])
    assert scores['depth/abs_rel'] < 1e-3
    assert scores['depth/constant_abs_rel'] > .3


def test_images_without_depth_are_counted(wall, tmp_path):
    metric = METRICS.build(dict(type='DepthMetric', depth_prefix=tmp_path))
    results = [frame_result(wall, frame, depth=plane(16)[None]) for frame in range(2)]
    scores = evaluated(metric, results)
    assert (scores['depth/images'], scores['depth/empty']) == (1, 1)
    assert scores['depth/abs_rel'] < 2e-3
    scores = evaluated(metric, results[1:])
    assert (scores['depth/images'], scores['depth/empty']) == (0, 1)
    assert math.isnan(scores['depth/abs_rel'])


def test_what_is_refused_before_the_first_frame(world, tmp_path):
    root, _ = world
    (tmp_path / 'broken').mkdir()
    (tmp_path / 'broken' / '0001.json').write_text('{"intrinsics": [], "poses": []}')
    (tmp_path / 'empty').mkdir()
    for error, message, kind, arguments in (
            (FileNotFoundError, 'DepthMetric: none: no such file or folder', 'DepthMetric', dict(depth_prefix='none')),
            (ValueError, 'got 2 and 1', 'DepthMetric', dict(depth_prefix=root, min_depth=2, max_depth=1)),
            (TypeError, 'alline', 'DepthMetric', dict(depth_prefix=root, alline=True)),
            (FileNotFoundError, 'Motion.*: none: no such file or folder', 'CameraMotionMetric', dict(cameras='none')),
            (FileNotFoundError, 'empty: there is no file', 'CameraMotionMetric', dict(cameras=tmp_path / 'empty')),
            (FormatError, '0001.json: 2 problems', 'CameraMotionMetric', dict(cameras=tmp_path / 'broken'))):
        with pytest.raises(error, match=message):
            METRICS.build(dict(type=kind, **arguments))


@pytest.mark.parametrize(('build', 'name', 'wrong'), [(depth_metric, 'depth', np.ones((48, 80))),
                                                      (motion_metric, 'motion', np.ones((3, 4)))])
def test_what_is_refused_from_the_model(build, name, wrong, world, perfect):
    other = {'depth': 'motion', 'motion': 'depth'}[name]
    result = with_features(perfect[0], **{other: perfect[0].features[other]})
    with pytest.raises(ValueError, match=rf"video .*, frame 0: the result has no feature '{name}': set "
                                         rf"result_features=\['{name}'\] of the segmentor and predicts=\['{name}'\]"):
        build(world[0]).process(None, [result])
    with pytest.raises(ValueError, match=rf'Metric: {name} must be \(.*, got \({wrong.shape[0]}, '):
        build(world[0]).process(None, [with_features(perfect[1], **{name: wrong})])


def test_videos_without_ground_truth(world, perfect):
    root, _ = world
    strange = replace(perfect[0], video=replace(perfect[0].video, name='x'))
    with pytest.raises(FileNotFoundError, match='val/x/00000.png: no such file, .*; of 3 frames 3 have none'):
        depth_metric(root).process(None, [strange])
    with pytest.raises(FileNotFoundError, match='val/x.json: no such file'):
        motion_metric(root).process(None, [strange])
    longer = replace(perfect[0], video=replace(perfect[0].video, length=4))
    with pytest.raises(FileNotFoundError, match='val_0001/00003.png: no such file, .*; of 4 frames 1 have none'):
        depth_metric(root).process(None, [longer])
    with pytest.raises(ValueError, match=r'val_0001.json: must have 4 poses, one a frame, got 3'):
        motion_metric(root).process(None, [longer])


def test_broken_images_are_told_in_the_end(wall, tmp_path):
    """All of them, so that other scores of the run are not lost."""
    (tmp_path / '0002' / '000000.png').write_bytes(b'half')
    cv2.imwrite(str(tmp_path / '0002' / '000001.png'), np.ones((8, 17), np.uint16))
    metric = METRICS.build(dict(type='DepthMetric', depth_prefix=tmp_path))
    with pytest.raises(ScoringError) as error:
        evaluated(metric, [frame_result(wall, frame, depth=plane(16)[None]) for frame in (1, 0)])
    assert str(error.value).splitlines() == [
        f'{tmp_path}: 2 problems', f'  {tmp_path}/0002/000000.png: not an image, or cut short (4 bytes)',
        f'  {tmp_path}/0002/000001.png: must have the size of its image, (8, 16), got (8, 17)']
    assert metric.evaluate(0)['depth/images'] == 0              # they are forgotten


def two_processes(rank, folder, root, results, queue):
    """One of two ranks: it holds every other frame, so no video is whole on either."""
    torch.set_num_threads(1)
    try:
        torch.distributed.init_process_group('gloo', init_method=f'file://{folder}/store', rank=rank, world_size=2)
        # The second rank repeats a frame of the first, as samplers do that pad.
        scores = [evaluated(metric, results[rank::2] + results[:rank]) for metric in (depth_metric(root),
                                                                                     motion_metric(root))]
        queue.put((rank, scores))
        torch.distributed.destroy_process_group()
    except BaseException:
        queue.put((rank, traceback.format_exc()))


def test_two_processes_give_the_scores_of_one(world, perfect, tmp_path):
    found = noisy(perfect)
    # Forked, as a fresh interpreter would spend seconds on imports.
    context = multiprocessing.get_context('fork')
    queue = context.Queue()
    workers = [context.Process(target=two_processes, args=(rank, tmp_path, world[0], found, queue))
               for rank in range(2)]
    for worker in workers:
        worker.start()
    outcomes = dict(queue.get(timeout=60) for _ in workers)
    for worker in workers:
        worker.join()
    # As text, which tells the last digit, and is the same where scores are undefined.
    expected = json.dumps([evaluated(depth_metric(world[0]), found), evaluated(motion_metric(world[0]), found)])
    assert [json.dumps(outcomes[rank]) for rank in range(2)] == [expected, expected]
