"""Masks at another size: by hand, against Pillow, and back again."""

import numpy as np
import pytest

from mmvist.evaluation.functional.nearest import nearest, resized
from mmvist.structures import rle

NETWORK = (192, 640)


@pytest.mark.parametrize(('size', 'new_size', 'expected'), [
    (4, 4, [0, 1, 2, 3]),
    (4, 2, [1, 3]),             # the centre of each lies on an edge: the pixel behind it
    (3, 2, [0, 2]),
    (5, 2, [1, 3]),
    (2, 5, [0, 0, 1, 1, 1]),
    (7, 1, [3]),
    (1, 3, [0, 0, 0]),
])
def test_pixels_of_an_axis(size, new_size, expected):
    assert nearest(size, new_size).tolist() == expected


@pytest.mark.parametrize('size', [(375, 1242), (370, 1224), (374, 1238), (376, 1241), (100, 300)])
def test_is_what_pillow_does(size, make_tracks):
    """The sizes of KITTI's images, and one that has to be enlarged."""
    image = pytest.importorskip('PIL.Image')
    labels = np.random.default_rng(0).integers(0, 4, size).astype(np.int32)
    wanted = np.asarray(image.fromarray(labels).resize(NETWORK[::-1], image.NEAREST))
    tracks = make_tracks(*(dict(id=track, masks={1: rle.encode(labels == track)}) for track in (1, 2, 3)), size=size)
    found = resized(tracks, *NETWORK, 'results')
    assert (found.video.height, found.video.width, found.ids.tolist(), found.frames.tolist()) == (
        *NETWORK, [1, 2, 3], [1, 1, 1])
    for track, mask in zip(found.ids, found.masks, strict=True):
        np.testing.assert_array_equal(rle.decode(mask, *NETWORK), wanted == track)


def test_enlarged_masks_come_back(make_tracks):
    generator = np.random.default_rng(1)
    for size in ((5, 7), (6, 20)):
        mask = generator.random(size) < .5
        tracks = make_tracks(dict(id=1, masks={0: rle.encode(mask)}), size=size)
        for larger in ((6, 21), (11, 40), (13, 23)):
            there = resized(tracks, *larger, 'results')
            assert resized(there, *size, 'results').masks == tracks.masks
        assert resized(tracks, *size, 'results').masks == tracks.masks


def test_what_nothing_is_left_of_is_dropped(make_tracks, rect):
    """Half as many rows: every second row stays."""
    tracks = make_tracks(dict(id=1, masks={0: rect(0, 4, 9, 1), 1: rect(0, 5, 9, 1), 3: rect(0, 4, 9, 2)}),
                         dict(id=2, masks={3: rect(10, 0, 2, 20)}))
    found = resized(tracks, 10, 40, 'ground truth')
    assert (found.frames.tolist(), found.ids.tolist()) == ([1, 3, 3], [1, 1, 2])
    assert found.bboxes.tolist() == [[0, 2, 9, 3], [0, 2, 9, 3], [10, 0, 12, 10]]
    assert len(resized(make_tracks(), 10, 40, 'results')) == 0


def test_refused(make_tracks, rect):
    with pytest.raises(ValueError, match='results, video v1, frame 2, id 7: has a box but no mask'):
        resized(make_tracks(dict(id=7, masks={2: None})), 4, 4, 'results')
    broken = make_tracks(dict(id=7, masks={1: rect(0, 0, 2, 2), 2: rect(0, 0, 9, 9, (50, 40))}))
    with pytest.raises(ValueError, match='results, video v1, frame 2, id 7: the mask does not fill 20 x 40 pixels'):
        resized(broken, 4, 4, 'results')
