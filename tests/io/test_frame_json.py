"""Results of one video in JSON."""

import json

import numpy as np
import pytest

from mmvist.io import frame_json
from mmvist.io.frame_json import FrameJSONWriter
from mmvist.io.problems import FormatError
from mmvist.structures import FrameResult, TrackSummary, Video, VideoTracks

VIDEO = Video('clips/a.mp4', 'a', 12, 16, 0, fps=8.0)
CLASSES = ('car', 'person')


@pytest.fixture
def result(box_mask):
    def build(frame, *rows, video=VIDEO, summaries=None):
        """Rows (id, label, score, box, with a mask)."""
        boxes = np.array([row[3] for row in rows], np.float32).reshape(-1, 4)
        masks = tuple(box_mask(row[3], video.height, video.width) if row[4] else None for row in rows)
        return FrameResult(video, frame, np.array([row[0] for row in rows], np.int64),
                           np.array([row[1] for row in rows], np.int64),
                           np.array([row[2] for row in rows], np.float32), boxes, masks, summaries)
    return build


@pytest.fixture
def results(result):
    verdict = {7: TrackSummary(1, .3), 2: TrackSummary(0, .9, keep=False)}
    return [result(0, (7, 0, .1, (1, 2, 5, 6), True), (2, 1, .7, (0, 0, 3, 3), False)), result(1),
            result(3, (7, 0, 1 / 3, (2, 2, 6, 6), True), summaries=verdict)]


def write(path, results, video=VIDEO):
    with FrameJSONWriter(path, video, CLASSES) as writer:
        for one in results:
            writer.write(one)


def assert_equal(tracks, others):
    assert tracks.video == others.video
    for name in ('frames', 'ids', 'labels', 'scores', 'bboxes', 'ignore'):
        first, second = getattr(tracks, name), getattr(others, name)
        assert first.dtype == second.dtype
        assert first.tolist() == second.tolist(), name
    assert tracks.masks == others.masks
    assert tracks.track_scores == others.track_scores


def test_what_is_written_is_read(tmp_path, results):
    write(tmp_path / 'a.json', results)
    read = frame_json.read(tmp_path / 'a.json')
    assert (read.classes, read.category_ids) == (CLASSES, (0, 1))
    # Four frames, as far as the results tell; the track that is not kept is gone, the other's label is the tracker's.
    video = Video('clips/a.mp4', 'a', 12, 16, 4, fps=8.0)
    assert_equal(read.videos[0], VideoTracks.from_results(video, results))
    assert read.videos[0].labels.tolist() == [1, 1]


def test_the_file(tmp_path, results):
    write(tmp_path / 'a.json', results)
    data = json.loads((tmp_path / 'a.json').read_text())
    assert list(data) == ['video', 'classes', 'frames', 'tracks']
    assert data['video'] == {'id': 'clips/a.mp4', 'name': 'a', 'height': 12, 'width': 16, 'fps': 8.0,
                             'file_names': [], 'length': 4}
    assert [frame['frame'] for frame in data['frames']] == [0, 1, 3]
    first, second = data['frames'][0]['instances']
    assert (first['id'], first['label'], first['score'], first['bbox']) == (7, 0, .1, [1, 2, 5, 6])
    assert first['segmentation']['size'] == [12, 16]
    assert second['segmentation'] is None
    assert data['tracks'] == [{'id': 2, 'label': 0, 'score': .9, 'keep': False},
                              {'id': 7, 'label': 1, 'score': .3, 'keep': True}]


def test_final_ids(tmp_path, result):
    verdict = {0: TrackSummary(1, .3, id=4), 1: TrackSummary(0, .9), 2: TrackSummary(1, .3, id=4)}
    results = [result(0, (0, 1, .5, (1, 2, 5, 6), True), (1, 0, .9, (0, 0, 3, 3), False)),
               result(1, (2, 0, .1, (1, 2, 5, 6), True), summaries=verdict)]
    write(tmp_path / 'a.json', results)
    data = json.loads((tmp_path / 'a.json').read_text())
    assert [frame['instances'][0]['id'] for frame in data['frames']] == [0, 2]
    assert [track.get('final_id') for track in data['tracks']] == [4, None, 4]
    assert 'final_id' not in data['tracks'][1]
    read = frame_json.read(tmp_path / 'a.json').videos[0]
    assert read.ids.tolist() == [4, 1, 4]
    assert_equal(read, VideoTracks.from_results(Video('clips/a.mp4', 'a', 12, 16, 2, fps=8.0), results))


def test_final_ids_that_share_a_frame(tmp_path, result):
    verdict = {0: TrackSummary(0, .3, id=4), 1: TrackSummary(0, .3, id=4)}
    rows = [(track, 0, .5, (1, 2, 5, 6), True) for track in verdict]
    write(tmp_path / 'a.json', [result(0, *rows, summaries=verdict)])
    with pytest.raises(FormatError, match='tracks: video a, frame 0: ids 0 and 1 both end as id 4'):
        frame_json.read(tmp_path / 'a.json')


def test_a_known_length_stays(tmp_path, results):
    write(tmp_path / 'a.json', results, Video(1, 'a', 12, 16, 6))
    assert frame_json.read(tmp_path / 'a.json').videos[0].video.length == 6


def test_without_a_verdict_all_tracks_stay(tmp_path, results):
    write(tmp_path / 'a.json', results[:2])
    read = frame_json.read(tmp_path / 'a.json').videos[0]
    assert read.ids.tolist() == [7, 2]
    assert read.track_scores == {}
    assert '"tracks":null' in (tmp_path / 'a.json').read_text()


def test_no_frame(tmp_path):
    write(tmp_path / 'a.json', [])
    assert len(frame_json.read(tmp_path / 'a.json').videos[0]) == 0


def test_names_of_images_are_kept(tmp_path, result):
    video = Video(1, 'a', 12, 16, 2, file_names=('é 1.jpg', 'b.jpg'))
    write(tmp_path / 'a.json', [result(0, video=video)], video)
    assert frame_json.read(tmp_path / 'a.json').videos[0].video == video


def test_an_error_leaves_nothing(tmp_path, results):
    with pytest.raises(RuntimeError), FrameJSONWriter(tmp_path / 'a.json', VIDEO, CLASSES) as writer:
        writer.write(results[0])
        raise RuntimeError
    assert not list(tmp_path.iterdir())


def test_the_file_appears_at_the_end(tmp_path, results):
    with FrameJSONWriter(tmp_path / 'a.json', VIDEO, CLASSES) as writer:
        writer.write(results[0])
        assert not (tmp_path / 'a.json').exists()


def test_frames_out_of_order_and_unknown_classes(tmp_path, result):
    with FrameJSONWriter(tmp_path / 'a.json', VIDEO, CLASSES) as writer:
        writer.write(result(1))
        with pytest.raises(ValueError, match='a.json, frame 1: frames must be written in order, frame 1 came before'):
            writer.write(result(1))
        with pytest.raises(ValueError, match=r'frame 2: labels must lie in 0..1, got 2..2'):
            writer.write(result(2, (1, 2, .5, (0, 0, 1, 1), False)))


@pytest.mark.parametrize(('change', 'message'), [
    (lambda data: data.pop('frames'), 'frames: a list is missing'),
    (lambda data: data['video'].pop('height'), "video: key 'height' is missing"),
    (lambda data: data['frames'][0].update(frame=9), r'frames\[0\]: frame must lie in 0..3, got 9'),
    (lambda data: data['frames'][0]['instances'][1].update(id=7), r'instances\[1\]: id 7 stands twice in frame 0'),
    (lambda data: data['frames'][0]['instances'][0].update(label=2), 'label must lie in 0..1, got 2'),
    (lambda data: data['frames'][0]['instances'][0].update(bbox=[1, 2]), r'bbox must be \[x1, y1, x2, y2\]'),
    (lambda data: data['frames'][0]['instances'][0].update(score=float('nan')), 'score must be a finite number'),
    (lambda data: data['frames'][0]['instances'][0]['segmentation'].update(size=[4, 4]), 'mask size must be'),
    (lambda data: data['tracks'][0].pop('keep'), r"tracks\[0\]: key 'keep' is missing"),
    (lambda data: data['tracks'][1].update(final_id='a'), r"tracks\[1\]: final_id must be a whole number, got 'a'")])
def test_broken_files(tmp_path, results, change, message):
    write(tmp_path / 'a.json', results)
    data = json.loads((tmp_path / 'a.json').read_text())
    change(data)
    (tmp_path / 'a.json').write_text(json.dumps(data))
    with pytest.raises(FormatError, match=message):
        frame_json.read(tmp_path / 'a.json')


def test_a_file_that_ends_early(tmp_path):
    (tmp_path / 'a.json').write_text('{"video": {')
    with pytest.raises(FormatError, match='not valid JSON'):
        frame_json.read(tmp_path / 'a.json')
