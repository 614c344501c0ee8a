"""Images that annotations know by numbers; whole datasets of them are in the tests of the datasets."""

import numpy as np
import pytest

from mmvist.io.numbered_images import name_images
from mmvist.io.problems import FormatError
from mmvist.structures import Video, VideoSet, VideoTracks

cv2 = pytest.importorskip('cv2')


def empty(name, length, size=(0, 0), file_names=()):
    return VideoTracks.from_rows(Video(name, name, *size, length, file_names), [])


def named(root, *videos, format='kitti_mots', seqmap=None):
    read = name_images(VideoSet(('car',), videos, (1,)), root, format, seqmap)
    return [(tracks.video.file_names, tracks.video.height, tracks.video.width) for tracks in read.videos]


@pytest.fixture
def root(tmp_path):
    for folder, names in (('a', ('000000.png', '000001.png', 'notes.png', '2.txt')), ('b/img1', ('1.png', '2.png'))):
        (tmp_path / folder).mkdir(parents=True)
        for name in names:
            (tmp_path / folder / name).write_bytes(cv2.imencode('.png', np.zeros((3, 5, 3), np.uint8))[1].tobytes())
    return tmp_path


def test_names_and_sizes(root):
    assert named(root, empty('a', 2)) == [(('a/000000.png', 'a/000001.png'), 3, 5)]
    assert named(root, empty('a', 1, (7, 9))) == [(('a/000000.png',), 7, 9)]
    assert named(root, empty('b', 2), format='mots') == [(('b/img1/1.png', 'b/img1/2.png'), 3, 5)]
    assert named(root, empty('c', 0)) == [((), 0, 0)]
    assert named(root) == []


def test_names_that_are_known_stay(root):
    video = empty('b', 1, (7, 9), ('elsewhere.jpg',))
    assert named(root, video) == [(('elsewhere.jpg',), 7, 9)]
    assert named(root, empty('c', 1, (7, 9)), format='ytvis') == [((), 7, 9)]


def test_frames_begin_where_a_sequence_map_says(root):
    (root / 'map').write_text('b empty 000002 000002\n')
    assert named(root, empty('b', 1), format='mot', seqmap=root / 'map') == [(('b/img1/2.png',), 3, 5)]


def test_all_that_is_missing_or_broken(root):
    (root / 'a/000000.png').write_bytes(b'no image')
    with pytest.raises(FormatError) as caught:
        named(root, empty('a', 2), empty('b', 3), empty('c', 1))
    assert caught.value.problems == (
        f'sequence a: {root}/a/000000.png: not an image that can be decoded (8 bytes)',
        'sequence b: 1 of 3 images are missing, frames [0]', 'sequence c: 1 of 1 images are missing, frames [0]')
