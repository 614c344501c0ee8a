"""Boxes by hand, against plain loops, and with TrackEval's preparation of MOTChallenge."""

import numpy as np
import pytest

from mmvist.evaluation.functional.box_similarity import box_similarity, without_distractors
from mmvist.structures import Video, VideoTracks


def boxes(*rows, length=3):
    """Tracks of rows (frame, id, label, (x1, y1, x2, y2)[, ignore])."""
    rows = sorted(rows, key=lambda row: row[0])
    frames, ids, labels = (np.array([row[column] for row in rows], np.int64) for column in range(3))
    return VideoTracks(Video('street', 'street', 60, 80, length), frames, ids, labels, np.ones(len(rows), np.float32),
                       np.array([row[3] for row in rows], np.float64).reshape(-1, 4), (None,) * len(rows),
                       np.array([len(row) > 4 and row[4] for row in rows], bool))


def random_boxes(generator, num_labels=2, length=5, ignore=.3, spread=20, min_size=1):
    """Up to 7 a frame; with corners on whole pixels, so that sides touch and likenesses tie."""
    rows = []
    for frame in range(length):
        for track in np.flatnonzero(generator.random(7) < generator.random()).tolist():
            corner = generator.integers(0, spread, 2)
            box = [*corner, *corner + generator.integers(0 if generator.random() < .05 else min_size, 16, 2)]
            is_ignored = generator.random() < ignore
            label = int(generator.integers(-1 if is_ignored else 0, num_labels))
            rows.append((frame, track, label, box, is_ignored))
    return boxes(*rows, length=length)


def shared_area(first, second):
    width = min(first[2], second[2]) - max(first[0], second[0])
    height = min(first[3], second[3]) - max(first[1], second[1])
    return max(width, 0) * max(height, 0)


def area(box):
    return (box[2] - box[0]) * (box[3] - box[1])


def share_of_pixels(box, regions):
    """Of a box with whole corners."""
    inside = np.zeros((60, 80), bool)
    for x1, y1, x2, y2 in regions.astype(int):
        inside[y1:y2, x1:x2] = True
    x1, y1, x2, y2 = box.astype(int)
    return inside[y1:y2, x1:x2].mean()


def test_by_hand():
    truth = boxes((0, 4, 0, (0, 0, 10, 10)), (0, 5, 1, (0, 0, 10, 10)), (0, 6, -1, (10, 0, 20, 20), True),
                  (2, 4, 0, (1, 2, 3, 4)))
    found = boxes((0, 8, 0, (5, 0, 15, 10)), (1, 8, 0, (0, 0, 2, 2)), (2, 9, 0, (1, 2, 3, 4)), (2, 8, 0, (3, 2, 5, 4)))
    similarity = box_similarity(truth, found)
    assert similarity.num_frames == 3
    assert similarity.gt_frames.tolist() == [0, 0, 2]
    assert similarity.gt_ids.tolist() == [4, 5, 4]
    assert similarity.gt_labels.tolist() == [0, 1, 0]
    assert similarity.frames.tolist() == [0, 1, 2, 2]
    assert similarity.ids.tolist() == [8, 8, 9, 8]
    # Nothing of another class, and no pairs that only touch.
    assert similarity.gt_rows.tolist() == [0, 2]
    assert similarity.rows.tolist() == [0, 2]
    assert similarity.values.tolist() == [50 / 150, 1]
    assert similarity.ignore_share.tolist() == [.5, 0, 0, 0]


@pytest.mark.parametrize(('ignore', 'every_class', 'expected'), [
    ('union', False, .6), ('any', False, .4), ('union', True, 1), ('any', True, .7),
])
def test_regions_to_be_ignored(ignore, every_class, expected):
    """From the left 0 to 40 % for every class, 20 to 60 % for the result's own, 30 to 100 % for another one."""
    truth = boxes((0, 1, -1, (0, 0, 4, 10), True), (0, 2, 0, (2, 0, 6, 20), True), (0, 3, 1, (3, -5, 30, 30), True))
    found = boxes((0, 1, 0, (0, 0, 10, 10)))
    assert box_similarity(truth, found, ignore, every_class).ignore_share == pytest.approx([expected])


def test_one_video_side_is_empty():
    some, none = boxes((0, 1, 0, (0, 0, 2, 2)), (2, 1, 0, (0, 0, 2, 2))), boxes()
    for truth, found in ((some, none), (none, some), (none, none)):
        similarity = box_similarity(truth, found)
        assert (len(similarity.gt_ids), len(similarity.ids)) == (len(truth), len(found))
        assert similarity.ignore_share.tolist() == [0] * len(found)
        assert (similarity.gt_rows.dtype, similarity.rows.dtype, similarity.values.dtype) == (int, int, float)
        assert len(similarity.values) == 0
        assert len(without_distractors(truth, found)) == len(found)


def test_boxes_without_area_are_like_nothing():
    flat = boxes((0, 1, 0, (2, 2, 2, 9)), (1, 1, 0, (5, 5, 3, 9)), (0, 2, 0, (0, 0, 9, 9), True))
    assert len(box_similarity(flat, flat).values) == 0
    assert box_similarity(flat, flat).ignore_share.tolist() == [0, 1, 0]


def test_an_id_occurs_twice():
    twice = boxes((1, 3, 0, (0, 0, 2, 2)), (1, 3, 0, (4, 4, 6, 6)))
    for truth, found, source in ((twice, boxes(), 'ground truth'), (boxes(), twice, 'results')):
        with pytest.raises(ValueError, match=f'{source}, video street, frame 1: id 3 occurs 2 times'):
            box_similarity(truth, found)


@pytest.mark.parametrize('seed', range(8))
def test_equal_to_plain_loops(seed):
    generator = np.random.default_rng(seed)
    truth, found = random_boxes(generator), random_boxes(generator, ignore=0)
    objects = np.flatnonzero(~truth.ignore)
    pairs = [(number, column, shared_area(truth.bboxes[row], found.bboxes[column]))
             for number, row in enumerate(objects) for column in range(len(found))
             if truth.frames[row] == found.frames[column] and truth.labels[row] == found.labels[column]]
    pairs = [pair for pair in pairs if pair[2]]
    similarity = box_similarity(truth, found)
    assert similarity.gt_rows.tolist() == [number for number, _, _ in pairs]
    assert similarity.rows.tolist() == [column for _, column, _ in pairs]
    assert similarity.values.tolist() == [
        shared / (area(truth.bboxes[objects[number]]) + area(found.bboxes[column]) - shared)
        for number, column, shared in pairs]
    for every_class in (False, True):
        union = box_similarity(truth, found, 'union', every_class).ignore_share
        largest = box_similarity(truth, found, 'any', every_class).ignore_share
        for column, box in enumerate(found.bboxes):
            counting = every_class | np.isin(truth.labels, [-1, found.labels[column]])
            regions = truth.bboxes[truth.ignore & counting & (truth.frames == found.frames[column])]
            shares = [shared_area(box, region) / area(box) if area(box) else 0 for region in regions]
            assert largest[column] == max(shares, default=0)
            assert union[column] == pytest.approx(share_of_pixels(box, regions) if area(box) else 0, abs=1e-12)


def test_a_crowd_of_many_pairs():
    """200 boxes side by side in each frame: 120,000 pairs to look at, of which those remain that are the same."""
    crowd = boxes(*[(frame, track, 0, (4 * track, frame, 4 * track + 4, 9))
                    for frame in range(3) for track in range(200)])
    similarity = box_similarity(crowd, crowd)
    assert similarity.gt_rows.tolist() == similarity.rows.tolist() == list(range(600))
    assert set(similarity.values.tolist()) == {1}


def test_distractors_take_results_that_could_match():
    """The object is like both, but gets the other one for the sake of the sum."""
    truth = boxes((0, 1, 0, (0, 0, 10, 10)), (0, 2, 0, (2, 0, 12, 10), True))
    found = boxes((0, 5, 0, (1, 0, 11, 10)), (0, 6, 0, (0, 0, 10, 10)), (1, 5, 0, (0, 0, 10, 10)))
    assert without_distractors(truth, found).frames.tolist() == [0, 1]
    assert without_distractors(truth, found).ids.tolist() == [6, 5]


@pytest.mark.parametrize(('width', 'kept'), [(5, []), (4.9, [7])])
def test_distractors_need_an_iou_of_half(width, kept):
    truth, found = boxes((0, 1, -1, (0, 0, 10, 10), True)), boxes((0, 7, 0, (0, 0, width, 10)))
    assert without_distractors(truth, found).ids.tolist() == kept


def write_mot(tracks, path, columns):
    """Lines of frame, id, left, top, width, height and what else there is."""
    path.parent.mkdir(parents=True)
    left, top, right, bottom = tracks.bboxes.T
    table = np.stack([tracks.frames + 1, tracks.ids, left, top, right - left, bottom - top, *columns], axis=1)
    np.savetxt(path, table, '%g', ',')


@pytest.mark.parametrize('seed', range(6))
def test_equal_to_preparation_by_trackeval(seed, tmp_path):
    """Distractors are of four classes; cars, which are none, take results as well."""
    trackeval = pytest.importorskip('trackeval')
    generator = np.random.default_rng(seed)
    # Pedestrians and cars, so close to each other that most results have a choice.
    truth = random_boxes(generator, length=12, ignore=.3, spread=6, min_size=8)
    found = random_boxes(generator, num_labels=1, length=12, ignore=0, spread=6, min_size=8)
    numbers = np.where(truth.ignore, generator.choice([2, 7, 8, 12], len(truth)), np.array([1, 3])[truth.labels])
    ones = np.ones(len(found))
    write_mot(truth, tmp_path / 'gt' / 'street' / 'gt' / 'gt.txt', [numbers == 1, numbers, np.ones(len(truth))])
    write_mot(found, tmp_path / 'results' / 'ours' / 'data' / 'street.txt', [ones, -ones, -ones, -ones])
    dataset = trackeval.datasets.MotChallenge2DBox({
        'GT_FOLDER': str(tmp_path / 'gt'), 'TRACKERS_FOLDER': str(tmp_path / 'results'), 'SKIP_SPLIT_FOL': True,
        'SEQ_INFO': {'street': truth.video.length}, 'PRINT_CONFIG': False})
    reference = dataset.get_preprocessed_seq_data(dataset.get_raw_seq_data('ours', 'street'), 'pedestrian')

    left = without_distractors(truth, found)
    assert 0 < len(left) < len(found)
    assert len(left) == reference['num_tracker_dets']
    similarity = box_similarity(truth, left).of_label(0)
    for frame in range(left.video.length):
        objects, rows = (np.flatnonzero(frames == frame) for frames in (similarity.gt_frames, left.frames))
        corners = left.bboxes[rows]
        sizes = corners[:, 2:] - corners[:, :2]
        assert np.concatenate([corners[:, :2], sizes], axis=1).tolist() == reference['tracker_dets'][frame].tolist()
        matrix = np.zeros((len(similarity.gt_ids), len(left)))
        matrix[similarity.gt_rows, similarity.rows] = similarity.values
        assert matrix[np.ix_(objects, rows)].tolist() == reference['similarity_scores'][frame].tolist()
