"""Ground truth drawn from the command line."""

import cv2
import numpy as np
import pytest

from mmvist.io import ytvis
from mmvist.io.frames import open_frames
from mmvist.structures import VideoSet


@pytest.fixture(scope='module')
def browse(load_tool):
    return load_tool('browse')


@pytest.fixture
def annotated(tmp_path, square_moving_right):
    """Two videos of two frames with an object, as a YouTube-VIS file and its images."""
    videos = []
    for name in ('one', 'two'):
        names = tuple(f'{name}/{frame}.png' for frame in range(2))
        videos.append(square_moving_right(length=2, name=name, video_id=len(videos) + 1, file_names=names))
        for file in names:
            (tmp_path / name).mkdir(exist_ok=True)
            cv2.imwrite(str(tmp_path / file), np.full((12, 16, 3), 90, np.uint8))
    ytvis.write(VideoSet(('car',), tuple(videos), (1,)), tmp_path / 'gt.json')
    return tmp_path


def test_every_video_and_its_tracks(browse, annotated):
    assert browse.main([str(annotated / 'gt.json'), str(annotated), '--out', str(annotated / 'out')]) == 0
    assert sorted(str(path.relative_to(annotated / 'out')) for path in (annotated / 'out').rglob('*.*')) == [
        'one.mp4', 'strips/one.png', 'strips/two.png', 'two.mp4']
    assert len(list(open_frames(annotated / 'out' / 'one.mp4'))) == 2


def test_the_first_video_only(browse, annotated):
    browse.main([str(annotated / 'gt.json'), str(annotated), '--out', str(annotated / 'out'), '--videos', '1'])
    assert [path.name for path in (annotated / 'out').glob('*.mp4')] == ['one.mp4']


def test_an_image_that_is_missing(browse, annotated, capsys):
    (annotated / 'one' / '1.png').unlink()
    assert browse.main([str(annotated / 'gt.json'), str(annotated), '--out', str(annotated / 'out')]) == 2
    error = capsys.readouterr().err
    assert error.startswith('browse.py: ')
    assert 'one/1.png' in error
    assert not (annotated / 'out' / 'one.mp4').exists()


def test_ignored_rows_are_no_objects(browse, make_video_tracks):
    tracks = make_video_tracks([(0, 1, 0, (0, 0, 4, 4)), (0, 2, -1, (4, 4, 8, 8), 1., True)])
    assert browse.result_of(tracks, 0).ids.tolist() == [1]
    assert browse.result_of(tracks, 1).ids.tolist() == []
