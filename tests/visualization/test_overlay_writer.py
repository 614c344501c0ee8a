"""The drawn files of one video."""

import numpy as np
import pytest

from mmvist.io.frames import open_frames, read_image
from mmvist.structures import Video
from mmvist.visualization import Overlay, OverlayWriter, TrackStrip

CLASSES = ('car',)
VIDEO = Video(1, 'city/one', 400, 500, 3)


def results(result, count):
    return [result(frame, *[(1, 0, .5, (100, 50, 200, 150))] * (count > 0), video=VIDEO) for frame in range(3)]


def test_a_video_and_its_strip(tmp_path, image, result):
    with OverlayWriter(tmp_path, VIDEO, Overlay(CLASSES), 5) as writer:
        for one in results(result, 1):
            writer.write(image, one)
        assert not (tmp_path / 'city_one.mp4').exists()
    frames = open_frames(tmp_path / 'city_one.mp4')
    stored = list(frames)
    assert (len(stored), frames.fps) == (3, 5)
    overlay, strip = Overlay(CLASSES), TrackStrip()
    for one, frame in zip(results(result, 1), stored, strict=True):
        strip.add(image, one)
        assert np.abs(frame.astype(int) - overlay.draw(image, one)).mean() < 5     # compressed
    assert (read_image(tmp_path / 'strips' / 'city_one.png') == strip.draw(CLASSES)).all()
    assert not [path for path in tmp_path.rglob('*') if 'tmp' in path.name]


def test_no_track_no_strip(tmp_path, image, result):
    with OverlayWriter(tmp_path, VIDEO, Overlay(CLASSES), 5) as writer:
        for one in results(result, 0):
            writer.write(image, one)
    assert [path.name for path in tmp_path.iterdir()] == ['city_one.mp4']


def test_an_error_leaves_nothing(tmp_path, image, result):
    with pytest.raises(RuntimeError), OverlayWriter(tmp_path, VIDEO, Overlay(CLASSES), 5) as writer:
        writer.write(image, results(result, 1)[0])
        raise RuntimeError
    assert not list(tmp_path.iterdir())
