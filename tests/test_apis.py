"""Tracking from Python, with a model of a few channels."""

from dataclasses import replace

import cv2
import numpy as np
import pytest
import torch

from mmvist.apis import VISInferencer, draw_folders, track_to_files
from mmvist.engine import load_config
from mmvist.io import frame_json
from mmvist.io.frames import open_frames
from mmvist.structures import VideoTracks
from mmvist.visualization.strip import CELL, GAP
from tests.models.builders import clip, tiny_detector, tiny_model, tiny_slots

CONFIG = 'configs/masktrack_rcnn/masktrack-rcnn_mask-rcnn_r18_fpn_street-world.py'
OFFLINE = 'configs/masktrack_rcnn/seq-tracker_mask-rcnn_r18_fpn_street-world.py'


def images(count, size=(64, 96)):
    return [clip([True], t, size=size)['inputs'][0].permute(1, 2, 0).numpy() for t in range(count)]


@pytest.fixture(scope='module')
def config():
    config = load_config(CONFIG)
    config.model.update(detector=tiny_detector(), **tiny_slots())
    return config


@pytest.fixture(scope='module')
def checkpoint(tmp_path_factory):
    path = tmp_path_factory.mktemp('weights') / 'tiny.pth'
    torch.save({'state_dict': tiny_model().state_dict()}, path)
    return path


@pytest.fixture(scope='module')
def inferencer(config, checkpoint):
    return VISInferencer(config, checkpoint, device='cpu')


def facts(tracked):
    return [(result.frame, result.ids.tolist(), result.masks) for _, result in tracked]


def test_every_frame_comes_once_with_its_image(inferencer):
    shown = images(5)
    tracked = list(inferencer.track(shown))
    assert [result.frame for _, result in tracked] == [0, 1, 2, 3, 4]
    assert all(np.array_equal(image, given) for (image, _), given in zip(tracked, shown, strict=True))
    assert [result.summaries is None for _, result in tracked] == [True] * 4 + [False]
    assert inferencer.classes == ('car', 'pedestrian', 'truck')


def test_results_do_not_depend_on_the_chunk(inferencer, config, checkpoint):
    chunked = VISInferencer(config, checkpoint, device='cpu', chunk=3)
    assert facts(chunked.track(images(5))) == facts(inferencer.track(images(5)))


def test_two_videos_side_by_side(inferencer):
    alone = facts(inferencer.track(images(4)))
    first, second = inferencer.track(images(4)), inferencer.track(images(4))
    together = [(next(first), next(second)) for _ in range(4)]
    assert facts([pair[0] for pair in together]) == alone
    assert facts([pair[1] for pair in together]) == alone


def test_one_frame(inferencer):
    (_, result), = inferencer.track(images(1))
    assert set(result.ids.tolist()) <= set(result.summaries)
    assert len(result)


def test_files(inferencer, tmp_path):
    shown = images(4)
    video, results, strip = (tmp_path / name for name in ('out.mp4', 'out.json', 'out.png'))
    assert track_to_files(inferencer, shown, video, results, strip) == 4
    assert sum(1 for _ in open_frames(video)) == 4
    stored = frame_json.read(results)
    kept = [result for _, result in inferencer.track(shown)]
    wanted = {track for track, summary in kept[-1].summaries.items() if summary.keep}
    assert set(stored.videos[0].track_ids.tolist()) == wanted & {int(i) for r in kept for i in r.ids}
    assert strip.exists()


def test_an_offline_tracker_names_its_tracks_at_the_end(checkpoint, tmp_path):
    offline = load_config(OFFLINE)
    offline.model.update(detector=tiny_detector())
    offline.model.tracker.update(min_iou=.1, min_length=2)
    inferencer = VISInferencer(offline, checkpoint, device='cpu')
    shown = images(5)
    found = [result for _, result in inferencer.track(shown)]
    # Each detection has an id of its own, and some end as one.
    assert [track for result in found for track in result.ids.tolist()] == list(range(sum(map(len, found))))
    final = VideoTracks.from_results(replace(found[0].video, length=5), found)
    assert final.track_ids.tolist() == list(range(len(final.track_ids)))
    assert 1 <= len(final.track_ids) <= len(final) / 2

    track_to_files(inferencer, shown, None, tmp_path / 'out.json', tmp_path / 'out.png')
    stored = frame_json.read(tmp_path / 'out.json').videos[0]
    assert (stored.ids.tolist(), stored.labels.tolist()) == (final.ids.tolist(), final.labels.tolist())
    assert stored.track_scores == final.track_scores
    strip = cv2.imread(str(tmp_path / 'out.png'))
    # A header, and a row for each track, 16 at most.
    assert strip.shape[0] // (CELL + GAP) == min(len(final.track_ids), 16)


def test_folders_become_one_video(inferencer, tmp_path):
    import cv2
    for name in ('a', 'b'):
        (tmp_path / name).mkdir()
        for index, image in enumerate(images(2)):
            cv2.imwrite(str(tmp_path / name / f'{index}.png'), image)
    draw_folders(inferencer, [tmp_path / 'a', tmp_path / 'b'], tmp_path / 'all.mp4', tmp_path / 'strips', fps=10)
    assert sum(1 for _ in open_frames(tmp_path / 'all.mp4')) == 4
    assert {path.name for path in (tmp_path / 'strips').iterdir()} == {'a.png', 'b.png'}


def test_a_checkpoint_of_another_model_is_refused(config, tmp_path):
    torch.save({'state_dict': {'nothing': torch.zeros(1)}}, tmp_path / 'other.pth')
    with pytest.raises(ValueError, match="other.pth lacks .* of the model's weights, such as detector"):
        VISInferencer(config, tmp_path / 'other.pth', device='cpu')


def test_a_chunk_of_nothing_is_refused(config):
    with pytest.raises(ValueError, match='chunk must be at least 1, got 0'):
        VISInferencer(config, chunk=0)
