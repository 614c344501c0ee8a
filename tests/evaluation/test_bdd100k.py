"""BDD100K's scores: by hand, and against motmetrics driven as the official program does it."""

import math
import pickle
from operator import add

import motmetrics
import numpy as np
import pytest
from pycocotools import mask as coco

from mmvist.evaluation.bdd100k import BoxCounts, count_boxes, score_bdd100k
from mmvist.evaluation.functional.box_similarity import box_similarity
from mmvist.evaluation.functional.clear import count_clear
from mmvist.evaluation.functional.rules import RULES
from mmvist.structures import VideoSet

CLASSES = ('pedestrian', 'rider', 'car', 'truck', 'bus', 'train', 'motorcycle', 'bicycle')
PEDESTRIAN, RIDER, CAR, TRUCK = range(4)
OFFICIAL = {'idf1': 'IDF1', 'mota': 'MOTA', 'motp': 'MOTP', 'num_false_positives': 'FP', 'num_misses': 'FN',
            'num_switches': 'IDS', 'mostly_tracked': 'MT', 'partially_tracked': 'PT', 'mostly_lost': 'ML',
            'num_fragmentations': 'Frag'}

BOX = (0, 0, 10, 10)
OUTSIDE = (40, 0, 50, 10)

# What motmetrics may raise in newer versions of pandas and numpy.
pytestmark = pytest.mark.filterwarnings('error')


@pytest.fixture
def score(make_video_tracks):
    """Scores, by row and score, of one video from the rows of `make_video_tracks`."""
    def build(objects, results, classes=CLASSES, length=5):
        sets = [VideoSet(classes, (make_video_tracks(rows, length=length, height=40, width=60),),
                         tuple(range(len(classes)))) for rows in (objects, results)]
        return table(score_bdd100k(*sets))
    return build


def table(scores):
    rows = {}
    for name, value in scores.items():
        metric, row, key = name.split('/')
        assert metric == 'bdd100k'
        rows.setdefault(row, {})[key] = value
    return rows


def official(truth, results):
    """The events of every video and class, gathered frame by frame as scalabel does, summed up by motmetrics."""
    accumulators = [[] for _ in truth.classes]
    for objects, tracks in zip(truth.videos, results.videos, strict=True):
        for label, of_class in enumerate(accumulators):
            accumulator = motmetrics.MOTAccumulator(auto_id=True)
            for frame in range(objects.video.length):
                here, found = objects.rows_at(frame), tracks.rows_at(frame)
                boxes, ids = corners(tracks, found, tracks.labels[found] == label)
                wanted, gt_ids = corners(objects, here, (objects.labels[here] == label) & ~objects.ignore[here])
                regions, _ = corners(objects, here, objects.ignore[here])
                distances = np.full((len(wanted), len(boxes)), np.nan)
                if distances.size:
                    # Not motmetrics' own distances: they need numpy 1.
                    distances = 1 - coco.iou(boxes, wanted, [False] * len(wanted)).T
                    distances[distances > .5] = np.nan
                if len(regions):
                    missed = np.ones(len(boxes), bool)
                    for row, column in zip(*motmetrics.lap.linear_sum_assignment(distances), strict=True):
                        missed[column] &= not np.isfinite(distances[row, column])
                    inside = [any(share_inside(box, region) > .5 for region in regions) for box in boxes]
                    keep = ~(missed & np.array(inside, bool))
                    ids, distances = ids[keep], distances[:, keep]
                if distances.shape != (0, 0):
                    accumulator.update(gt_ids, ids, distances)
            if len(accumulator.events):
                of_class.append(accumulator)
    host = motmetrics.metrics.create()
    of_row = dict(zip(truth.classes, accumulators, strict=True)) | {'OVERALL': sum(accumulators, [])}
    rows = {}
    for row, several in of_row.items():
        partials = [host.compute(one, metrics=[*OFFICIAL, 'num_detections'], return_dataframe=False, return_cached=True)
                    for one in several]
        rows[row] = {OFFICIAL[key]: value for key, value in host.compute_overall(
            partials, metrics=list(OFFICIAL), return_dataframe=False).items()}
        distances = [one['motp'] * one['num_detections'] for one in partials if one['num_detections']]
        num_matches = sum(one['num_detections'] for one in partials)
        rows[row]['MOTP'] = 1 - sum(distances) / num_matches if num_matches else math.nan
    return rows


def corners(tracks, rows, keep):
    """Boxes as x, y, width, height, and ids."""
    boxes = tracks.bboxes[rows][keep].astype(float)
    boxes[:, 2:] -= boxes[:, :2]
    return boxes, tracks.ids[rows][keep]


def share_inside(box, region):
    width, height = (min(box[i] + box[i + 2], region[i] + region[i + 2]) - max(box[i], region[i]) for i in (0, 1))
    return max(width, 0) * max(height, 0) / (box[2] * box[3])


@pytest.mark.parametrize(('seed', 'ignore_label'), [(0, 0), (1, 1), (2, -1), (3, 1), (4, 0)])
def test_equal_to_the_official_program(seed, ignore_label, make_random_pair):
    truth, results = make_random_pair(seed, num_copies=2, ignore_label=ignore_label, length=8)
    rows = table(score_bdd100k(truth, results))
    for row, expected in official(truth, results).items():
        assert rows[row] == pytest.approx(expected, abs=1e-9, nan_ok=True), row
    assert rows['OVERALL']['IDS'] > 0
    assert rows['OVERALL']['Frag'] > 0


@pytest.mark.parametrize('seed', range(3))
def test_equal_to_our_own_count_by_the_rules_of_motmetrics(seed, make_random_pair):
    """Two ways to the same numbers, where there is nothing to be ignored."""
    truth, results = make_random_pair(seed, num_copies=2, length=8)
    for objects, tracks in zip(truth.videos, results.videos, strict=True):
        objects = objects.select(~objects.ignore)
        for label, counts in enumerate(count_boxes(objects, tracks, 2)):
            expected = count_clear(box_similarity(objects, tracks).of_label(label), RULES['motmetrics'])
            assert (counts.matches, counts.fp, counts.fn, counts.switches, counts.fragments, counts.mostly_tracked,
                    counts.partly_tracked, counts.mostly_lost) == (
                expected.tp, expected.fp, expected.fn, expected.switches, expected.fragments, expected.mostly_tracked,
                expected.partly_tracked, expected.mostly_lost)
            assert counts.matches - counts.distance == pytest.approx(expected.soft_tp)


def test_by_hand(score):
    """One car of five frames: exact, IoU 0.6, missed, exact under another id, and below the threshold."""
    cars = [(frame, 1, CAR, BOX) for frame in range(5)]
    found = [(0, 7, CAR, BOX), (1, 7, CAR, (0, 0, 10, 6)), (3, 8, CAR, BOX), (4, 8, CAR, (0, 0, 10, 4))]
    scores = score(cars, found)
    assert scores['car'] == pytest.approx({
        'MOTA': 1 - (2 + 1 + 1) / 5, 'MOTP': 2.6 / 3, 'IDF1': 2 * 2 / (5 + 4), 'FP': 1, 'FN': 2, 'IDS': 1, 'MT': 0,
        'PT': 1, 'ML': 0, 'Frag': 1})
    assert all(isinstance(scores['car'][name], float) for name in ('MOTA', 'MOTP', 'IDF1'))
    assert all(type(scores['car'][name]) is int for name in ('FP', 'FN', 'IDS', 'MT', 'PT', 'ML', 'Frag'))


@pytest.mark.parametrize(('height', 'num_matches'), [(4, 0), (5, 1), (6, 1)])
def test_an_iou_of_one_half_is_a_match(height, num_matches, score):
    assert score([(0, 1, CAR, BOX)], [(0, 1, CAR, (0, 0, 10, height))])['car']['FN'] == 1 - num_matches


@pytest.mark.parametrize(('num_found', 'expected'), [(4, (1, 0, 0)), (3, (0, 1, 0)), (1, (0, 1, 0)), (0, (0, 0, 1))])
def test_four_of_five_frames_are_mostly_tracked(num_found, expected, score):
    row = score([(frame, 1, CAR, BOX) for frame in range(5)], [(frame, 3, CAR, BOX) for frame in range(num_found)])
    assert tuple(row['car'][name] for name in ('MT', 'PT', 'ML')) == expected


@pytest.mark.parametrize(('regions', 'fp'), [
    ([(40, 0, 46, 10)], 0),                    # more than half of it
    ([(40, 0, 45, 10)], 1),                    # exactly half
    ([(40, 0, 44, 10), (44, 0, 48, 10)], 1),   # two that hold more than half together
    ([], 1),
])
@pytest.mark.parametrize('label', [CAR, TRUCK, -1])
def test_a_single_ignore_box_serves_every_class(regions, fp, label, score):
    ignored = [(0, 100 + index, label, region, 1, True) for index, region in enumerate(regions)]
    rows = score([(0, 1, CAR, BOX), *ignored], [(0, 1, CAR, BOX), (0, 2, CAR, OUTSIDE), (0, 3, RIDER, OUTSIDE)])
    assert (rows['car']['FP'], rows['rider']['FP'], rows['OVERALL']['FP'], rows['OVERALL']['FN']) == (fp, fp, 2 * fp, 0)
    # An ignored result is not counted for the identities either.
    assert rows['car']['IDF1'] == pytest.approx(2 / (2 + fp))


def test_a_match_inside_an_ignore_box_counts(score):
    rows = score([(0, 1, CAR, BOX), (0, 9, CAR, BOX, 1, True)], [(0, 1, CAR, BOX)])
    assert (rows['car']['MOTA'], rows['car']['FN']) == (1, 0)


@pytest.mark.parametrize(('regions', 'switches', 'fp'), [([], 0, 1), ([(1, 9, TRUCK, BOX, 1, True)], 1, 0)])
def test_what_is_ignored_is_decided_without_the_past(regions, switches, fp, score):
    """The object could keep its id, but beside an ignore box the better result of the frame decides alone."""
    rows = score([(0, 1, CAR, BOX), (1, 1, CAR, BOX), *regions],
                 [(0, 5, CAR, BOX), (1, 5, CAR, (0, 0, 10, 6)), (1, 6, CAR, BOX)])
    assert (rows['car']['IDS'], rows['car']['FP']) == (switches, fp)


def test_rows_of_several_classes(score):
    objects = [(0, 1, PEDESTRIAN, BOX), (0, 2, RIDER, (20, 0, 30, 10)), (1, 2, RIDER, (20, 0, 30, 10)),
               (0, 3, CAR, OUTSIDE)]
    found = [(0, 1, PEDESTRIAN, BOX), (0, 2, RIDER, (20, 0, 30, 8)), (0, 4, CAR, BOX)]
    rows = score(objects, found)
    assert list(rows) == [*CLASSES, 'human', 'vehicle', 'bike', 'AVERAGE', 'OVERALL']
    assert [rows[name]['MOTA'] for name in ('pedestrian', 'rider', 'car')] == [1, .5, -1]
    assert rows['human'] == pytest.approx({'MOTA': 2 / 3, 'MOTP': .9, 'IDF1': 4 / 5, 'FP': 0, 'FN': 1, 'IDS': 0,
                                           'MT': 1, 'PT': 1, 'ML': 0, 'Frag': 0})
    assert rows['vehicle'] == pytest.approx(rows['car'], nan_ok=True)
    assert math.isnan(rows['bike']['MOTA'])
    assert rows['AVERAGE'] == pytest.approx({'MOTA': .5 / 8, 'MOTP': 1.8 / 8, 'IDF1': (1 + 2 / 3) / 8, 'FP': 1, 'FN': 2,
                                             'IDS': 0, 'MT': 1, 'PT': 1, 'ML': 1, 'Frag': 0})
    assert rows['OVERALL'] == pytest.approx({'MOTA': 1 / 4, 'MOTP': .9, 'IDF1': 4 / 7, 'FP': 1, 'FN': 2, 'IDS': 0,
                                             'MT': 1, 'PT': 1, 'ML': 1, 'Frag': 0})


def test_groups_have_the_classes_that_there_are(score):
    rows = score([(0, 1, 0, BOX), (0, 2, 1, OUTSIDE)], [(0, 1, 0, BOX)], classes=('car', 'pedestrian'))
    assert list(rows) == ['car', 'pedestrian', 'human', 'vehicle', 'AVERAGE', 'OVERALL']
    assert (rows['AVERAGE']['MOTA'], rows['human']['FN'], rows['vehicle']['MOTA']) == (.5, 1, 1)
    assert list(score([], [], classes=('lizard',))) == ['lizard', 'AVERAGE', 'OVERALL']


def test_results_without_objects(score):
    rows = score([(0, 1, CAR, BOX)], [(0, 1, CAR, BOX), (0, 2, RIDER, BOX)])
    assert (rows['rider']['MOTA'], rows['AVERAGE']['MOTA'], rows['OVERALL']['MOTA']) == (-math.inf, -math.inf, 0)
    assert (rows['rider']['IDF1'], rows['rider']['FP']) == (0, 1)
    assert math.isnan(rows['rider']['MOTP'])


def test_no_results_and_no_objects(score, make_set):
    rows = score([(frame, 1, CAR, BOX) for frame in range(2)], [])
    assert (rows['car']['MOTA'], rows['car']['IDF1'], rows['car']['FN'], rows['car']['ML']) == (0, 0, 2, 1)
    rows = score([], [])
    assert math.isnan(rows['OVERALL']['MOTA'])
    assert rows['AVERAGE']['MOTA'] == rows['AVERAGE']['FN'] == 0
    assert math.isnan(table(score_bdd100k(make_set(), make_set()))['OVERALL']['IDF1'])


def test_only_ignored_results(score):
    rows = score([(0, 9, CAR, OUTSIDE, 1, True)], [(0, 1, CAR, OUTSIDE)])
    assert (rows['car']['FP'], rows['OVERALL']['FP']) == (0, 0)
    assert math.isnan(rows['car']['MOTA'])


def test_videos_add_up(make_video_tracks):
    """Ids of different videos are different tracks, and a video without results counts."""
    def build(*videos):
        return VideoSet(('car',), tuple(make_video_tracks(rows, name, video_id=name) for name, rows in videos), (1,))

    truth = build(('a', [(0, 1, 0, BOX), (1, 1, 0, BOX)]), ('b', [(0, 1, 0, BOX)]), ('c', [(0, 1, 0, BOX)]))
    results = build(('a', [(0, 4, 0, BOX), (1, 4, 0, BOX)]), ('b', [(0, 5, 0, BOX)]))
    rows = table(score_bdd100k(truth, results))
    assert (rows['car']['IDS'], rows['car']['FN'], rows['car']['MT'], rows['car']['ML']) == (0, 1, 2, 1)
    assert rows['car']['IDF1'] == pytest.approx(2 * 3 / (4 + 3))


def test_counts_add_up_and_travel():
    counts = BoxCounts(objects=4, results=3, matches=2, distance=.5, id_matches=2, fp=1, fn=2)
    both = add(pickle.loads(pickle.dumps(counts)), BoxCounts(objects=1, fn=1, mostly_lost=1))
    assert both == BoxCounts(objects=5, results=3, matches=2, distance=.5, id_matches=2, fp=1, fn=3, mostly_lost=1)
    assert both.scores()['MOTA'] == pytest.approx(1 / 5)
    assert both.scores()['MOTP'] == .75


def test_what_is_refused(make_video_tracks):
    def build(rows, name='street', classes=('car',)):
        return VideoSet(classes, (make_video_tracks(rows, name),), tuple(range(len(classes))))

    truth = build([(0, 1, 0, BOX)])
    for results, message in (
            (build([(0, 1, 0, BOX), (0, 1, 0, (1, 1, 4, 4))]), 'results, video street, frame 0: id 1 occurs 2 times'),
            (build([], name='road'), r"videos \['road'\] are not in the ground truth"),
            (build([], classes=('car', 'bus')), 'classes of the results must be'),
    ):
        with pytest.raises(ValueError, match=message):
            score_bdd100k(truth, results)
