"""A video's columns."""

import numpy as np
import pytest

from mmvist.structures import FrameResult, TrackSummary, Video, VideoSet, VideoTracks

VIDEO = Video(3, 'three', 10, 12, 4)
BOX = (0, 0, 1, 1)


def tracks(*rows):
    """Rows (frame, id, label, score)."""
    return VideoTracks.from_rows(VIDEO, [(*row, BOX, None, False) for row in rows])


def test_rows_are_found_by_frame_and_by_track():
    some = tracks((2, 7, 0, .5), (0, 7, 1, .7), (2, 5, 1, 1.))
    assert some.frames.tolist() == [0, 2, 2]
    assert [some.rows_at(frame) for frame in range(4)] == [slice(0, 1), slice(1, 1), slice(1, 3), slice(3, 3)]
    assert some.rows_of(7).tolist() == [0, 1]
    assert some.track_ids.tolist() == [5, 7]
    assert some.summary(7) == TrackSummary(0, pytest.approx(.6))     # one vote each: the lower label


def test_no_row():
    assert tracks().track_ids.tolist() == []
    assert tracks().bboxes.shape == (0, 4)
    assert tracks().rows_at(3) == slice(0, 0)


def test_frames_outside_are_refused():
    with pytest.raises(ValueError, match=r'video three: frames must lie in 0..3, got 4..4'):
        tracks((4, 0, 0, 1.))


def result(frame, ids, summaries=None):
    count = len(ids)
    return FrameResult(VIDEO, frame, np.array(ids, np.int64), np.zeros(count, np.int64),
                       np.full(count, .5, np.float32), np.zeros((count, 4), np.float32), (None,) * count, summaries)


def test_results_become_tracks_under_the_summaries():
    verdict = {0: TrackSummary(2, .8), 1: TrackSummary(0, .9, keep=False)}
    joined = VideoTracks.from_results(VIDEO, [result(1, [0]), result(0, [0, 1]), result(3, [], verdict)])
    assert joined.frames.tolist() == [0, 1]
    assert joined.labels.tolist() == [2, 2]
    assert joined.summary(0) == TrackSummary(2, .8)
    assert len(VideoTracks.from_results(VIDEO, [])) == 0


def test_provisional_ids_become_final_ones():
    some = tracks((0, 0, 1, .2), (0, 1, 0, .4), (1, 2, 0, .6), (1, 3, 1, .8), (2, 4, 1, .9))
    verdict = {0: TrackSummary(1, .5, id=7), 1: TrackSummary(0, .3), 2: TrackSummary(1, .5, id=7),
               3: TrackSummary(1, .8, keep=False, id=7), 4: TrackSummary(1, .5, id=7)}
    final = some.with_summaries(verdict)
    assert list(zip(final.frames.tolist(), final.ids.tolist(), final.labels.tolist(), strict=True)) == [
        (0, 7, 1), (0, 1, 0), (1, 7, 1), (2, 7, 1)]
    assert final.track_scores == {7: .5, 1: .3}
    assert final.rows_of(7).tolist() == [0, 2, 3]
    assert some.ids.tolist() == [0, 1, 2, 3, 4]
    assert len(tracks().with_summaries(verdict)) == 0


def test_ids_that_end_as_one_share_no_frame():
    some = tracks((1, 3, 0, 1.), (2, 4, 0, 1.), (2, 5, 0, 1.))
    with pytest.raises(ValueError, match='video three, frame 2: ids 4 and 5 both end as id 9'):
        some.with_summaries({track: TrackSummary(0, 1., id=9) for track in (3, 4, 5)})
    # An id that stands counts too.
    with pytest.raises(ValueError, match='video three, frame 2: ids 4 and 5 both end as id 5'):
        some.with_summaries({4: TrackSummary(0, 1., id=5), 5: TrackSummary(0, 1.)})
    # One that is not kept does not.
    assert some.with_summaries({4: TrackSummary(0, 1., id=5), 5: TrackSummary(0, 1., False)}).ids.tolist() == [5]


def test_ids_that_end_as_one_agree():
    with pytest.raises(ValueError, match=r'video three: ids that end as id 9 must agree in label and score, got '
                                         r'\(0, 1.0\) and \(2, 1.0\)'):
        tracks((1, 3, 0, 1.)).with_summaries({3: TrackSummary(0, 1., id=9), 4: TrackSummary(2, 1., id=9)})


def test_tracks_below_a_score_go():
    some = tracks((0, 1, 0, .2), (1, 1, 0, .8), (1, 2, 0, .4))
    assert some.with_min_score(.5).ids.tolist() == [1, 1]
    stated = some.with_summaries({1: TrackSummary(0, .1), 2: TrackSummary(0, .9)})
    assert stated.with_min_score(.5).ids.tolist() == [2]
    assert len(tracks().with_min_score(.5)) == 0


def test_classes_map_by_name():
    some = VideoSet(('car', 'person'), (tracks((0, 1, 0, 1.), (0, 2, 1, 1.)),), (5, 9))
    swapped = some.with_classes(['person'])
    assert swapped.videos[0].ids.tolist() == [2]
    assert swapped.videos[0].labels.tolist() == [0]
    assert swapped.category_ids == (9,)
    with pytest.raises(ValueError, match=r"classes \['dog'\] are not in the file; it has \['car', 'person'\]"):
        some.with_classes(['dog'])


def test_regions_of_no_class_stay():
    some = VideoSet(('car', 'person'), (tracks((0, 1, 0, 1.), (0, 2, -1, 1.)),), (1, 2))
    assert some.with_classes(['person']).videos[0].labels.tolist() == [-1]
    assert some.with_classes(['person', 'car']).videos[0].labels.tolist() == [1, -1]
