"""Identity scores by hand, and equal to TrackEval's and motmetrics'."""

import pickle
from pathlib import Path

import numpy as np
import pytest

from mmvist.evaluation.functional.box_similarity import box_similarity
from mmvist.evaluation.functional.identity import IdentityCounts, count_identity
from mmvist.structures import Video, VideoTracks


@pytest.mark.parametrize(('frames', 'idtp', 'idfn', 'idfp'), [
    ([], 0, 0, 0),
    ([([], [], [])], 0, 0, 0),
    ([([1, 2], [], [])], 0, 2, 0),
    ([([], [1], [])], 0, 0, 1),
    ([([1], [9], [[1]])] * 3, 3, 0, 0),
    ([([1], [9], [[.5]]), ([1], [9], [[np.nextafter(.5, 0)]])], 1, 1, 1),   # 0.5 itself is a match
    # The id changes, and changes back: only one of the two stands for the object.
    ([([1], [found], [[1]]) for found in (8, 9, 8)], 2, 1, 1),
    # One id moves on to another object.
    ([([1], [9], [[1]]), ([1], [9], [[1]]), ([2], [9], [[1]])], 2, 1, 1),
    # Both results match; the object takes the id it meets more often.
    ([([1], [8, 9], [[1, .6]]), ([1], [9], [[.6]])], 2, 0, 1),
    # Object 1 meets 8 in five frames and 9 in four, object 2 meets 8 in four: 4 + 4 is more than 5.
    ([([1], [8], [[1]])] * 5 + [([1], [9], [[1]])] * 4 + [([2], [8], [[1]])] * 4, 8, 5, 5),
])
def test_by_hand(frames, idtp, idfn, idfp, make_similarity):
    assert count_identity(make_similarity(frames)) == IdentityCounts(idtp, idfn, idfp)


def test_scores():
    assert IdentityCounts(6, 2, 4).scores() == pytest.approx(
        {'IDF1': 12 / 18, 'IDR': 6 / 8, 'IDP': 6 / 10, 'IDTP': 6, 'IDFN': 2, 'IDFP': 4})
    assert set(IdentityCounts().scores().values()) == {0}
    assert IdentityCounts(idfn=3).scores() == {'IDF1': 0, 'IDR': 0, 'IDP': 0, 'IDTP': 0, 'IDFN': 3, 'IDFP': 0}


def test_counts_add_up_and_can_be_sent():
    total = sum([IdentityCounts(1, 2, 3), IdentityCounts(10, 20, 30)], IdentityCounts())
    assert pickle.loads(pickle.dumps(total)) == IdentityCounts(11, 22, 33)


def test_counts_are_plain_ints(make_similarity):
    counts = count_identity(make_similarity([([1], [9], [[1]])]))
    assert {type(value) for value in vars(counts).values()} == {int}


@pytest.mark.parametrize('steps', [0, 20, 2])
@pytest.mark.parametrize('seed', range(12))
def test_equal_to_trackeval(seed, steps, make_similarity, random_videos, as_trackeval):
    metric = pytest.importorskip('trackeval').metrics.Identity({'PRINT_CONFIG': False})
    videos = random_videos(seed, steps)
    counts = [count_identity(make_similarity(frames)) for frames in videos]
    references = {index: metric.eval_sequence(as_trackeval(frames)) for index, frames in enumerate(videos)}
    for own, reference in zip([*counts, sum(counts, IdentityCounts())],
                              [*references.values(), metric.combine_sequences(references)], strict=True):
        assert own.scores() == pytest.approx(reference, abs=1e-12)


def read_boxes(path, video):
    """Frame, id, x, y, width and height of each line."""
    table = np.loadtxt(path, delimiter=',', usecols=range(6), ndmin=2)
    table = table[np.argsort(table[:, 0], kind='stable')]
    frames, ids = table[:, :2].astype(np.int64).T
    num_rows = len(table)
    return VideoTracks(video, frames - 1, ids, np.zeros(num_rows, np.int64), np.ones(num_rows, np.float32),
                       np.concatenate([table[:, 2:4], table[:, 2:4] + table[:, 4:6]], axis=1), (None,) * num_rows,
                       np.zeros(num_rows, bool))


@pytest.mark.parametrize(('name', 'length', 'expected'), [
    ('TUD-Campus', 71, [.557659, .451253, .729730]), ('TUD-Stadtmitte', 179, [.644619, .531142, .819760]),
])
def test_sequences_that_come_with_motmetrics(name, length, expected):
    """The numbers that it gives for them; its own distances do not run with numpy 2."""
    motmetrics = pytest.importorskip('motmetrics')
    folder = Path(motmetrics.__file__).parent / 'data' / name
    if not folder.is_dir():
        pytest.skip('motmetrics came without its data')
    truth, results = (read_boxes(folder / file, Video(name, name, 480, 640, length)) for file in ('gt.txt', 'test.txt'))
    scores = count_identity(box_similarity(truth, results)).scores()
    assert [scores[key] for key in ('IDF1', 'IDR', 'IDP')] == pytest.approx(expected, abs=1e-6)


@pytest.mark.parametrize('video', range(6))
def test_equal_to_motmetrics(video, make_similarity, random_videos):
    """The counts; shares of nothing are nan there, and 0 here as in TrackEval."""
    motmetrics = pytest.importorskip('motmetrics')
    frames = random_videos(1)[video]
    accumulator = motmetrics.MOTAccumulator(auto_id=True)
    for gt_ids, ids, values in frames:
        accumulator.update(gt_ids, ids, np.where(values >= .5, 1 - values, np.nan))
    reference = motmetrics.metrics.create().compute(accumulator, metrics=['idtp', 'idfn', 'idfp'])
    assert list(vars(count_identity(make_similarity(frames))).values()) == reference.iloc[0].tolist()
