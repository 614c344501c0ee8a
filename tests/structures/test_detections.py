"""Detections of a video as columns, and as tensors of frames."""

import numpy as np
import pytest

from mmvist.structures import FrameResult, Video, rle
from mmvist.structures.detection_columns import DetectionColumns, filled_box
from mmvist.structures.detections import VideoDetections

VIDEO = Video(3, 'three', 10, 12, 4)


def detections(*rows, embeds=None):
    """Rows (frame, label, score, box, mask)."""
    frames, labels, scores, bboxes, masks = zip(*rows, strict=True) if rows else ([],) * 5
    return VideoDetections(VIDEO, np.searchsorted(np.array(frames, np.int64), np.arange(5)),
                           np.array(labels, np.int64), np.array(scores, np.float32),
                           np.array(bboxes, np.float32).reshape(-1, 4), tuple(masks), embeds)


SOME = ((0, 1, .5, (0, 0, 2, 2), None), (2, 0, .9, (1, 1, 3, 3), None), (2, 2, .4, (4, 4, 6, 8), None))


def test_rows_are_found_by_frame():
    some = detections(*SOME)
    assert some.frames.tolist() == [0, 2, 2]
    assert [some.rows_at(frame) for frame in range(4)] == [slice(0, 1), slice(1, 1), slice(1, 3), slice(3, 3)]


def test_selection_keeps_columns_and_frames_together():
    some = detections(*SOME, embeds=np.arange(6, dtype=np.float32).reshape(3, 2))
    kept = some.with_min_score(.5)
    assert (kept.frames.tolist(), kept.labels.tolist(), kept.embeds.tolist()) == ([0, 2], [1, 0], [[0, 1], [2, 3]])
    # A limit as it is stored: 0.9 is at least 0.9.
    assert len(some.with_min_score(.9)) == 1
    assert some.with_min_score(0) is some
    assert len(detections().with_min_score(.5)) == 0


def test_classes_are_renumbered_and_dropped():
    some = detections(*SOME).renumbered([1, -1, 0])
    assert (some.frames.tolist(), some.labels.tolist()) == ([2, 2], [1, 0])
    assert len(detections().renumbered([])) == 0


def test_tracks_lose_ids_and_ignore_regions(make_video_tracks):
    tracks = make_video_tracks([(2, 7, 1, (0, 0, 4, 4), .25), (0, 7, 0, (2, 2, 5, 6)),
                                (2, 9, -1, (0, 0, 9, 9), 1, True)])
    some = VideoDetections.from_tracks(tracks)
    assert (some.video, some.frames.tolist(), some.labels.tolist()) == (tracks.video, [0, 2], [0, 1])
    assert (some.scores.tolist(), some.bboxes.tolist()) == ([1, .25], [[2, 2, 5, 6], [0, 0, 4, 4]])
    assert (some.bboxes.dtype, some.masks, some.embeds) == (np.float32, tracks.masks[:2], None)


def result(frame, scores, embeds=None):
    count = len(scores)
    return FrameResult(VIDEO, frame, np.arange(count), np.zeros(count, np.int64), np.array(scores, np.float32),
                       np.zeros((count, 4), np.float32), (None,) * count, embeds=embeds)


def test_results_are_joined_in_order():
    some = VideoDetections.from_results([result(3, [.1, .2]), result(0, [.3]), result(1, []), result(2, [])])
    assert (some.frames.tolist(), some.embeds) == ([0, 3, 3], None)
    assert some.scores.tolist() == pytest.approx([.3, .1, .2])
    with_embeds = [result(frame, [.5] * frame, np.full((frame, 2), frame, np.float32)) for frame in range(4)]
    assert VideoDetections.from_results(with_embeds).embeds.tolist() == [[1, 1]] + [[2, 2]] * 2 + [[3, 3]] * 3


@pytest.mark.parametrize(('frames', 'message'), [
    ((0, 1, 3), r'each of 4 frames must come once, got 3: \[0, 1, 3\]'),
    ((0, 1, 1, 2, 3), r'got 5: \[0, 1, 1, 2, 3\]')])
def test_every_frame_comes_once(frames, message):
    with pytest.raises(ValueError, match=f'video three: .*{message}'):
        VideoDetections.from_results([result(frame, []) for frame in frames])


def test_embeddings_in_some_frames_only():
    frames = [result(0, [.5], np.zeros((1, 2), np.float32)), *(result(frame, []) for frame in (1, 2, 3))]
    with pytest.raises(ValueError, match='video three: frame 1 has no embeddings, other frames have some'):
        VideoDetections.from_results(frames)


def test_columns_that_do_not_fit():
    some = detections(*SOME)
    with pytest.raises(ValueError, match=r"video three: columns must be equally long, got {'labels': 3, 'scores': 2"):
        VideoDetections(VIDEO, some.offsets, some.labels, some.scores[:2], some.bboxes, some.masks)
    for offsets in ([0, 1, 1, 3], [1, 1, 1, 3, 3], [0, 2, 1, 3, 3], [0, 1, 1, 2, 2]):
        with pytest.raises(ValueError, match='video three: offsets must rise from 0 to 3'):
            VideoDetections(VIDEO, np.array(offsets), some.labels, some.scores, some.bboxes, some.masks)


def test_instances_of_a_frame_are_in_network_coordinates(box_mask):
    masks = [box_mask(row[3], 10, 12) for row in SOME]
    some = detections(*((*row[:4], mask) for row, mask in zip(SOME, masks, strict=True)),
                      embeds=np.eye(3, dtype=np.float32))
    columns = DetectionColumns(some, (2., .5))
    found = columns.at(2)
    assert found.bboxes.tolist() == [[2, .5, 6, 1.5], [8, 2, 12, 4]]
    assert found.labels.tolist() == [0, 2]
    assert found.scores.tolist() == pytest.approx([.9, .4])
    assert found.embeds.tolist() == [[0, 1, 0], [0, 0, 1]]
    assert (found.masks.counts, found.masks.height, found.masks.width) == (tuple(masks[1:]), 10, 12)
    assert [len(columns.at(frame)) for frame in range(4)] == [1, 0, 2, 0]


def test_boxes_alone_have_no_masks_and_some_among_masks_are_filled(box_mask):
    assert 'masks' not in DetectionColumns(detections(*SOME)).at(0)
    mixed = detections(SOME[0], (*SOME[1][:4], box_mask((5, 5, 6, 6), 10, 12)))
    assert DetectionColumns(mixed).at(0).masks.counts == (box_mask((0, 0, 2, 2), 10, 12),)
    assert DetectionColumns(mixed).at(2).masks.counts == mixed.masks[1:]
    # Nothing found is no box either: what needs masks goes on.
    assert len(DetectionColumns(detections()).at(0).masks) == 0


@pytest.mark.parametrize('box', [(0, 0, 12, 10), (1.4, 2.5, 5.6, 7.5), (-3, -3, 2.5, 40), (3.2, 3.2, 3.4, 3.4),
                                 (11.5, 0, 12, 10), (20, 20, 30, 30), (5, 5, 2, 2)])
def test_a_filled_box_holds_the_pixels_whose_centres_it_holds(box):
    left, top, right, bottom = box
    rows, columns = np.mgrid[:10, :12] + .5
    expected = (columns >= left) & (columns < right) & (rows >= top) & (rows < bottom)
    assert np.array_equal(rle.decode(filled_box(np.array(box, np.float32), 10, 12), 10, 12), expected)
