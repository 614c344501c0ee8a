import json

import numpy as np
import pytest

from mmvist.io import ytvis
from mmvist.io.problems import FormatError
from mmvist.structures import Video, VideoSet, VideoTracks, rle

TRUTH = VideoSet(('car', 'dog'), tuple(
    VideoTracks.from_rows(Video(number, f'v{number}', 2, 3, 3), []) for number in (4, 2)), (3, 9))
RIGHT = rle.from_run_lengths([4, 2], 2, 3).decode()
MASK = {'size': [2, 3], 'counts': RIGHT}
PLAIN = {'video_id': 2, 'category_id': 9, 'score': 0.5, 'segmentations': [None, MASK, MASK]}


def stored(path, data):
    path.write_text(json.dumps(data))
    return path


def test_reads_files_of_others(tmp_path):
    path = stored(tmp_path / 'r.json', [PLAIN, {**PLAIN, 'video_id': 4}, {**PLAIN, 'score': 0.25, 'category_id': 3}])
    read = ytvis.read_results(path, TRUTH)
    assert [tracks.video.id for tracks in read.videos] == [4, 2]      # the ground truth's order
    first, second = read.videos
    assert first.ids.tolist() == [0, 0]
    assert second.frames.tolist() == [1, 1, 2, 2]
    assert second.ids.tolist() == [0, 1, 0, 1]                        # running index per video
    assert second.labels.tolist() == [1, 0, 1, 0]
    assert second.scores.tolist() == [0.5, 0.25, 0.5, 0.25]           # the track's score
    assert second.bboxes[0].tolist() == [2, 0, 3, 2]
    assert second.track_scores == {0: 0.5, 1: 0.25}


def test_extra_keys(tmp_path):
    entry = {**PLAIN, 'id': 17, 'scores': [None, 0.75, 0.125]}
    _, tracks = ytvis.read_results(stored(tmp_path / 'r.json', [entry]), TRUTH).videos
    assert tracks.ids.tolist() == [17, 17]
    assert tracks.scores.tolist() == [0.75, 0.125]
    assert tracks.summary(17).score == 0.5


def test_writes_the_official_layout_with_two_more_keys(tmp_path):
    entry = {**PLAIN, 'id': 0, 'scores': [None, 0.75, 0.1]}
    ytvis.write_results(ytvis.read_results(stored(tmp_path / 'r.json', [entry]), TRUTH), tmp_path / 'w.json')
    assert json.loads((tmp_path / 'w.json').read_text()) == [entry]


def test_round_trip(tmp_path, make_video_tracks):
    rng = np.random.default_rng(3)
    rows = [(frame, track, track % 2, (track, frame, track + 3, frame + 2), float(np.float32(rng.random())))
            for frame in range(4) for track in (0, 3, 8)]
    video_set = VideoSet(('car', 'dog'), (make_video_tracks(rows, 'a'), make_video_tracks([], 'b')), (1, 2))
    ytvis.write_results(video_set, tmp_path / 'r.json')
    read = ytvis.read_results(tmp_path / 'r.json', video_set)
    for one, other in zip(read.videos, video_set.videos, strict=True):
        for column in ('frames', 'ids', 'labels', 'scores', 'bboxes'):
            np.testing.assert_array_equal(getattr(one, column), getattr(other, column), column)
        assert one.masks == other.masks
        assert all(one.summary(track) == other.summary(track) for track in other.track_ids.tolist())


def test_no_results(tmp_path):
    read = ytvis.read_results(stored(tmp_path / 'r.json', []), TRUTH)
    assert [len(tracks) for tracks in read.videos] == [0, 0]


def test_boxes_cannot_be_written(tmp_path):
    tracks = VideoTracks.from_rows(Video(1, 'v', 2, 3, 3), [(1, 6, 0, 1.0, (0, 0, 1, 1), None, False)])
    with pytest.raises(ValueError, match='video v, frame 1, id 6: has no mask'):
        ytvis.write_results(VideoSet(('car',), (tracks,), (1,)), tmp_path / 'r.json')
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize(('keys', 'told'), [
    ({'video_id': 5}, 'unknown video 5'),
    ({'category_id': 1}, 'unknown category 1'),
    ({'score': None}, 'keys are missing: score'),
    ({'score': 'high'}, "score must be a number, got 'high'"),
    ({'id': -1}, 'id must be a whole number from 0, got -1'),
    ({'segmentations': [None, MASK]}, 'segmentations has 2 entries, video 2 has 3 frames'),
    ({'scores': [0.5]}, 'scores has 1 entries'),
    ({'scores': [None, 'x', None]}, "frame 1: score must be a number, got 'x'"),
    ({'segmentations': [None, None, {'size': [3, 2], 'counts': RIGHT}]}, 'frame 2: mask size must be'),
    ({'segmentations': [None, None, {'size': [2, 3], 'counts': RIGHT + '1'}]}, 'frame 2: run lengths must add up'),
])
def test_bad_results(tmp_path, keys, told):
    with pytest.raises(FormatError) as caught:
        ytvis.read_results(stored(tmp_path / 'r.json', [PLAIN, {**PLAIN, **keys}]), TRUTH)
    (problem,) = caught.value.problems
    assert problem.startswith('tracks[1]')
    assert told in problem


def test_an_id_twice_in_a_video_but_not_in_two(tmp_path):
    path = stored(tmp_path / 'r.json', [{**PLAIN, 'id': 1}, {**PLAIN, 'id': 1, 'video_id': 4}, {**PLAIN, 'id': 1}])
    with pytest.raises(FormatError) as caught:
        ytvis.read_results(path, TRUTH)
    assert caught.value.problems == ('tracks[2]: id 1 occurs twice in video 2',)


def test_not_a_list(tmp_path):
    with pytest.raises(FormatError, match='must hold a list of tracks, got dict'):
        ytvis.read_results(stored(tmp_path / 'r.json', {}), TRUTH)
