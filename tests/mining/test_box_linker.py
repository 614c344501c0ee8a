"""Masks for annotated boxes."""

import numpy as np
import pytest

from mmvist.io import ytvis
from mmvist.mining import BoxLinker
from mmvist.structures import VideoSet, VideoTracks
from tests.mining.boards import block, columns, pixels, segments_of, video_of

CLASSES = ('car', 'pedestrian')


@pytest.fixture
def linker(tmp_path):
    def make(*rows, length=2, name='board', **options):
        """Rows (frame, id, label, xyxy, ignore)."""
        tracks = VideoTracks.from_rows(video_of(length, name), [
            (frame, track, label, 1.0, np.array(box, np.float64), None, ignore)
            for frame, track, label, box, ignore in rows])
        ytvis.write(VideoSet(CLASSES, (tracks,), (1, 2)), tmp_path / 'boxes.json')
        return BoxLinker(str(tmp_path / 'boxes.json'), CLASSES, format='ytvis', **options)
    return make


def test_segments_take_the_tracks_of_their_boxes(linker):
    part = linker((0, 7, 0, (0, 0, 4, 4), False), (0, 9, 0, (8, 0, 12, 4), False), (1, 7, 0, (8, 0, 12, 4), False))
    linked = part.link(segments_of([(0, .6, block(0, 8, 4, 4)), (0, .6, block(0, 0, 4, 3))],
                                   [(0, .6, block(0, 8, 4, 4))]), [])
    assert columns(linked.tracks) == [(0, 7, 0, False), (0, 9, 0, False), (1, 7, 0, False)]
    assert linked.tracks.masks == (block(0, 0, 4, 3), block(0, 8, 4, 4), block(0, 8, 4, 4))
    # Boxes stay the annotators'.
    assert linked.tracks.bboxes.tolist() == [[0, 0, 4, 4], [8, 0, 12, 4], [8, 0, 12, 4]]


def test_boxes_without_a_segment_are_ignored(linker):
    # IoU 4 / 16; another class; and one that the annotators ignore.
    part = linker((0, 7, 0, (0, 0, 4, 4), False), (0, 8, 1, (8, 0, 12, 4), False), (1, 9, 0, (0, 0, 4, 4), True))
    linked = part.link(segments_of([(0, .6, block(0, 0, 2, 2)), (0, .6, block(0, 8, 4, 4))],
                                   [(0, .6, block(0, 0, 4, 4))]), [])
    assert columns(linked.tracks) == [(0, 7, 0, True), (0, 8, 1, True), (1, 9, 0, True)]
    assert np.array_equal(pixels(linked.tracks.masks[0]), pixels(block(0, 0, 4, 4)))
    assert part.min_iou == .5


def test_the_overlap_that_is_just_enough(linker):
    row, found = (0, 7, 0, (0, 0, 4, 4), False), segments_of([(0, .6, block(0, 0, 4, 2))], [])
    assert columns(linker(row, min_iou=.5).link(found, []).tracks) == [(0, 7, 0, False)]
    assert columns(linker(row, min_iou=.51).link(found, []).tracks) == [(0, 7, 0, True)]


def test_sure_segments_without_a_box_are_ignored_and_doubtful_ones_are_background(linker):
    part = linker((0, 7, 0, (0, 0, 4, 4), False))
    linked = part.link(segments_of([(0, .95, block(0, 0, 4, 4)), (1, .9, block(6, 6, 3, 3))],
                                   [(0, .89, block(0, 8, 4, 4)), (0, .97, block(6, 0, 4, 4))]), [])
    assert columns(linked.tracks) == [(0, 7, 0, False), (0, 8, 1, True), (1, 9, 0, True)]
    assert linked.tracks.masks[2] == block(6, 0, 4, 4)


def test_each_segment_goes_to_one_box_and_the_sum_decides(linker):
    # Both boxes like the first segment better.
    part = linker((0, 1, 0, (0, 0, 10, 4), False), (0, 2, 0, (1, 0, 11, 4), False))
    linked = part.link(segments_of([(0, .9, block(0, 1, 4, 9)), (0, .9, block(0, 2, 4, 9))], []), [])
    assert linked.tracks.masks == (block(0, 1, 4, 9), block(0, 2, 4, 9))


def test_videos_that_do_not_fit(linker):
    with pytest.raises(ValueError, match=r'boxes.json: \(length, height, width\) of video board is \(3, 12, 16\)'):
        linker((0, 7, 0, (0, 0, 4, 4), False), length=3).link(segments_of([], []), [])
    with pytest.raises(ValueError, match='boxes.json: video board is not there'):
        linker((0, 7, 0, (0, 0, 4, 4), False), name='other').link(segments_of([], []), [])
