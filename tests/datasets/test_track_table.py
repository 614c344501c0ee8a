import pickle

import numpy as np
import pytest

from mmvist.datasets.track_table import Texts, TrackTable, trainable


def test_texts():
    texts = [b'', b'ab', b'', b'c', b'']
    stored = Texts(texts)
    assert len(stored) == 5
    assert [stored[index] for index in range(5)] == texts
    assert len(Texts([])) == 0


@pytest.fixture
def table(make_video_tracks):
    return TrackTable([
        make_video_tracks([(0, 5, 1, (0, 0, 2, 3)), (0, 0, 0, (4, 4, 6, 6)), (2, 5, 1, (1, 0, 3, 3), 1.0, True)], 'a',
                          length=3, file_names=('a/0', 'a/1', 'a/2')),
        make_video_tracks([], 'empty', length=0),
        make_video_tracks([(1, 3, 0, (0, 0, 1, 1))], 'b', length=2, file_names=('b/0', 'b/1'))])


def test_rows_are_found_by_video_and_frame(table, box_mask):
    rows = table.annotations(0, 0)
    assert rows.ids.tolist() == [5, 0]
    assert rows.labels.tolist() == [1, 0]
    assert rows.bboxes.tolist() == [[0, 0, 2, 3], [4, 4, 6, 6]]
    assert rows.masks == (box_mask((0, 0, 2, 3), 12, 16), box_mask((4, 4, 6, 6), 12, 16))
    assert len(table.annotations(0, 1).ids) == 0
    assert table.annotations(0, 2).ignore.tolist() == [True]
    assert table.annotations(2, 0).masks == ()
    assert table.annotations(2, 1).ids.tolist() == [3]


def test_frames(table):
    assert table.frames().tolist() == [[0, 0], [0, 1], [0, 2], [2, 0], [2, 1]]
    assert table.has_object.tolist() == [True, False, False, False, True]
    assert [table.file_name(*frame) for frame in table.frames().tolist()] == ['a/0', 'a/1', 'a/2', 'b/0', 'b/1']


def test_videos_travel_without_their_file_names(table):
    assert [video.file_names for video in table.videos] == [(), (), ()]
    assert len(pickle.dumps(table.videos[0])) < 300


def test_no_videos():
    table = TrackTable([])
    assert table.frames().shape == (0, 2)
    assert table.has_object.tolist() == []


def test_small_objects_are_not_trained_on(make_video_tracks):
    tracks = make_video_tracks([(0, 1, 0, (0, 0, 1, 5)), (0, 2, 0, (3, 0, 3, 0)), (1, 3, 0, (0, 0, 4, 2)),
                                (1, 4, 0, (5, 5, 8, 8))])
    assert trainable(tracks, 1).ids.tolist() == [1, 3, 4]       # 2 is empty
    assert trainable(tracks, 2).ids.tolist() == [3, 4]          # 1 is one pixel wide
    assert trainable(tracks, 3).ids.tolist() == [4]


def test_boxes_are_made_tight(make_video_tracks):
    from dataclasses import replace
    tracks = make_video_tracks([(0, 1, 0, (2, 3, 7, 8))])
    loose = replace(tracks, bboxes=np.array([[0, 0, 16, 12]], np.float32))
    assert trainable(loose, 1).bboxes.tolist() == [[2, 3, 7, 8]]
