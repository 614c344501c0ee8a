"""Scores of windows: each rule by hand, and all together against plain loops over pixels."""

import pickle
from collections import Counter, defaultdict
from dataclasses import replace

import numpy as np
import pytest

from mmvist.evaluation.functional import Scoring, score
from mmvist.evaluation.functional.window_protocol import WindowRules
from mmvist.io.convert import Windows
from mmvist.io.problems import Problems
from mmvist.io.window_name import window_name
from mmvist.structures import rle

SAME_SIZE = WindowRules(20, 40)


@pytest.fixture
def window(make_tracks):
    """`window(number, batch, *objects, scene)`: a video of five frames."""
    def build(number, batch, *objects, scene='0002', **keys):
        return make_tracks(*objects, video=number, name=window_name(scene, number, batch), **keys)
    return build


@pytest.fixture
def scores(make_set):
    """Scores of the class car, of windows given as pairs."""
    def build(*pairs, rules=SAME_SIZE, overlaps='error'):
        truth, results = zip(*pairs, strict=True)
        found = score(make_set(*truth), make_set(*results), Scoring(('windows',), overlaps=overlaps, windows=rules))
        return {name.removeprefix('windows/car/'): value for name, value in found.items() if '/car/' in name}
    return build


def counts(found):
    return [found[name] for name in ('TP', 'FP', 'FN', 'IDS')]


def test_perfect(window, scores, rect):
    objects = [dict(id=track, masks=dict.fromkeys(range(5), rect(12 * track, 0, 10, 10))) for track in (1, 2)]
    pairs = [(window(number, 0, *objects), window(number, 0, *objects)) for number in (1, 2)]
    assert scores(*pairs) == {**dict.fromkeys(('MOTSA', 'sMOTSA', 'MOTSP', 'AP', 'recall', 'precision'), 1),
                              'TP': 20, 'FP': 0, 'FN': 0, 'IDS': 0}
    # At another size as well: both are resized alike.
    assert scores(*pairs, rules=WindowRules(7, 99))['sMOTSA'] == 1


def test_half_is_no_match(window, scores, rect):
    """IoUs of 50 / 100 and 60 / 100."""
    truth = window(1, 0, dict(id=1, masks={0: rect(0, 0, 10, 10), 1: rect(0, 0, 10, 10)}))
    found = scores((truth, window(1, 0, dict(id=1, masks={0: rect(0, 0, 10, 5), 1: rect(0, 0, 10, 6)}))))
    assert counts(found) == [1, 1, 1, 0]
    assert (found['MOTSA'], found['MOTSP'], found['recall'], found['precision']) == (0, .6, .5, .5)
    assert found['sMOTSA'] == pytest.approx((.6 - 1) / 2)
    # The hit may come first, at a precision of 1, or last, on a line from 0; both end at 1/2 at a recall of 1/2.
    lines = [[1] * 39 + [.5], [percent / 100 for percent in range(11, 51)]]
    assert found['AP'] == pytest.approx(np.mean([sum((value - .1) / .9 for value in line) / 90 for line in lines]))


@pytest.mark.parametrize(('ids', 'iou'), [((1, 2), .7), ((2, 1), 1)])
def test_the_lower_id_chooses_first(ids, iou, window, scores, rect):
    truth = window(1, 0, dict(id=9, masks={0: rect(0, 0, 10, 10)}))
    results = window(1, 0, dict(id=ids[0], masks={0: rect(0, 0, 10, 7)}),
                     dict(id=ids[1], masks={0: rect(0, 0, 10, 10)}, score=.5))
    found = scores((truth, results), overlaps='keep')
    assert (counts(found), found['MOTSP']) == ([1, 1, 0, 0], iou)


def test_a_second_result_on_an_object_is_a_false_alarm(window, scores, rect):
    truth = window(1, 0, dict(id=9, masks={0: rect(0, 0, 10, 10)}))
    results = window(1, 0, dict(id=1, masks={0: rect(0, 0, 10, 6)}), dict(id=2, masks={0: rect(0, 6, 10, 4)}))
    assert counts(scores((truth, results))) == [1, 1, 0, 0]


def test_switches_within_a_batch(window, scores, rect):
    """An object keeps its last id over frames in which it is missed, and from window to window of a batch."""
    mask, elsewhere = rect(0, 0, 10, 10), rect(20, 0, 10, 10)
    objects = window(1, 0, dict(id=9, masks=dict.fromkeys(range(5), mask)))

    def switches(*batches_and_ids):
        pairs = []
        for number, (batch, ids) in enumerate(batches_and_ids, 1):
            frames = defaultdict(dict)
            for frame, track in enumerate(ids):
                frames[track or 50][frame] = mask if track else elsewhere
            pairs.append((replace(objects, video=replace(objects.video, id=number,
                                                         name=window_name('0002', number, batch))),
                          window(number, batch, *(dict(id=track, masks=masks) for track, masks in frames.items()))))
        return scores(*pairs)['IDS']

    assert switches((0, [1, 1, 1, 1, 1])) == 0
    assert switches((0, [1, 2, 2, 1, 1])) == 2
    assert switches((0, [1, 0, 0, 1, 1])) == 0
    assert switches((0, [1, 0, 0, 2, 2])) == 1
    assert switches((0, [1] * 5), (0, [1] * 5)) == 0
    assert switches((0, [1] * 5), (0, [2] * 5)) == 1
    assert switches((0, [1] * 5), (1, [2] * 5)) == 0
    assert switches((0, [1] * 5), (0, [0] * 5), (0, [2] * 5), (3, [3] * 5), (3, [3, 3, 3, 3, 4])) == 2


def test_a_batch_knows_no_scenes(window, scores, rect):
    """The authors' table has numbers of objects alone, and a batch may go over into the next scene."""
    mask = {0: rect(0, 0, 10, 10)}
    truth = [window(number, 0, dict(id=track, masks=mask), scene=scene)
             for number, scene, track in ((1, 'a', 9), (2, 'b', 9), (3, 'b', 8))]
    results = [window(number, 0, dict(id=number, masks=mask), scene=scene)
               for number, scene in ((1, 'a'), (2, 'b'), (3, 'b'))]
    assert counts(scores(*zip(truth, results, strict=True))) == [3, 0, 0, 1]


def test_ignore_regions_are_background(window, scores, rect):
    """What a region shares with an object is the object's."""
    truth = window(1, 0, dict(id=1, masks={0: rect(0, 0, 10, 10)}),
                   dict(id=2, label=-1, ignore=True, masks={0: rect(5, 0, 30, 10)}))
    results = window(1, 0, dict(id=1, masks={0: rect(0, 0, 10, 10)}), dict(id=2, masks={0: rect(20, 0, 10, 10)}))
    found = scores((truth, results))
    assert (counts(found), found['MOTSA']) == ([1, 1, 0, 0], 0)


def test_nothing(window, scores, rect):
    """Nothing to find, nothing found: shares of nothing are shares of one."""
    some, none = window(1, 0, dict(id=1, masks=dict.fromkeys((1, 3), rect(0, 0, 4, 4)))), window(1, 0)
    shares = ('MOTSA', 'sMOTSA', 'MOTSP', 'AP', 'recall', 'precision')
    missed, alarms, neither = (scores(pair) for pair in ((some, none), (none, some), (none, none)))
    assert (counts(missed), counts(alarms), counts(neither)) == ([0, 0, 2, 0], [0, 2, 0, 0], [0] * 4)
    for found, expected in ((missed, [0] * 6), (alarms, [-2, -2, 0, 0, 0, 0]), (neither, [0] * 6)):
        assert [found[name] for name in shares] == expected
    # What is left of it at the size of the network counts, and nothing is: one pixel stands for 20 x 20.
    assert counts(scores((some, some), rules=WindowRules(1, 2))) == [0] * 4


def test_first_frames_that_do_not_count(window, scores, rect):
    """Neither are they matched, nor is an id of theirs the last one."""
    truth = window(1, 0, dict(id=1, masks=dict.fromkeys(range(5), rect(0, 0, 4, 4))))
    results = window(1, 0, dict(id=3, masks=dict.fromkeys((0, 1), rect(0, 0, 4, 4))),
                     dict(id=4, masks=dict.fromkeys((2, 3), rect(0, 0, 4, 4))))
    assert counts(scores((truth, results))) == [4, 0, 1, 1]
    assert counts(scores((truth, results), rules=WindowRules(20, 40, 2))) == [2, 0, 1, 0]
    with pytest.raises(ValueError, match='has 5 frames, none is left to score without the first 5'):
        scores((truth, results), rules=WindowRules(20, 40, 5))


def test_classes_are_apart_and_together(window, make_set, rect):
    mask, right = rect(0, 0, 10, 10), rect(20, 0, 10, 10)
    truth = make_set(window(1, 0, dict(id=1, masks={0: mask}), dict(id=2, label=1, masks={0: right})))
    results = make_set(window(1, 0, dict(id=1, label=1, masks={0: mask}), dict(id=2, label=1, masks={0: right})))
    found = score(truth, results, Scoring(('windows',), windows=SAME_SIZE), per_video=True)
    for row, expected in (('', [1, 1, 1, 0]), ('car/', [0, 0, 1, 0]), ('pedestrian/', [1, 1, 0, 0]),
                          ('video/0002/w00001/b00000/', [1, 1, 1, 0])):
        assert [found[f'windows/{row}{name}'] for name in ('TP', 'FP', 'FN', 'IDS')] == expected


def test_counts_travel_and_overlaps_are_cut(window, rect, make_set, caplog):
    truth = window(1, 4, dict(id=1, masks={0: rect(0, 0, 10, 10)}))
    results = window(1, 4, dict(id=1, masks={0: rect(0, 0, 10, 10)}, score=.9),
                     dict(id=2, masks={0: rect(0, 5, 10, 10)}, score=.8))
    scoring = Scoring(('windows',), overlaps='by_score', windows=SAME_SIZE)
    (found,) = pickle.loads(pickle.dumps(scoring.count(truth, results)))['windows'].values()
    assert (found.batch, found.num_objects, found.num_results, found.matches) == (4, 1, 2, ((1, 1),))
    score(make_set(truth), make_set(results), scoring)
    assert 'masks of the results overlap in 1 frames' in caplog.text


def test_refused(window, make_tracks, make_set, scores, rect):
    truth, twice = window(1, 0, dict(id=1, masks={0: rect(0, 0, 9, 9)})), dict(id=2, masks={0: rect(5, 5, 9, 9)})
    with pytest.raises(ValueError, match='results, .* the masks of ids 1 and 2 overlap'):
        scores((truth, window(1, 0, dict(id=1, masks={0: rect(0, 0, 9, 9)}), twice)))
    with pytest.raises(ValueError, match='results, .* id 2: has a box but no mask'):
        scores((truth, window(1, 0, dict(id=2, masks={0: None}))))
    with pytest.raises(ValueError, match='video v1: is no window'):
        score(make_set(make_tracks(twice)), make_set(), Scoring(('windows',)))
    with pytest.raises(ValueError, match='windows compares masks; it cannot compare boxes'):
        Scoring(('windows',), regions='boxes')
    for size in ((0, 640, 0), (192, 0, 0), (192, 640, -1)):
        with pytest.raises(ValueError, match='height and width must be at least 1, skip at least 0, got '):
            WindowRules(*size)


def cut(scenes, classes, make_set):
    """Windows of three frames, four a batch, all batches."""
    named = [replace(tracks, video=replace(tracks.video, file_names=tuple('123456')[:tracks.video.length]))
             for tracks in scenes]
    return make_set(*Windows(3, 4, 1).cut(named, Problems('scenes'), Counter()), classes=classes)


@pytest.fixture
def random_windows(make_random_pair, make_set):
    """Windows of random scenes; the results of each are numbered anew, and mostly alike."""
    def build(seed):
        truth, results = make_random_pair(seed, num_videos=5, ignore_label=0)
        generator = np.random.default_rng(seed)
        truth, results = (cut(one.videos, one.classes, make_set) for one in (truth, results))
        names = []
        for tracks in results.videos:
            _, ids = np.unique(tracks.ids, return_inverse=True)
            order = generator.permutation(20) if generator.random() < .5 else np.arange(20)
            names.append(replace(tracks, ids=order[ids]))
        return truth, replace(results, videos=tuple(names))
    return build


def picture(tracks, frame, label, size):
    """Each object's number plus one where it is, looked up pixel by pixel."""
    height, width = tracks.video.height, tracks.video.width
    large, small = np.zeros((height, width), int), np.zeros(size, int)
    for row in range(len(tracks)):
        if tracks.frames[row] == frame and tracks.labels[row] == label:
            large[rle.decode(tracks.masks[row], height, width)] = tracks.ids[row] + 1
    for y in range(size[0]):
        for x in range(size[1]):
            small[y, x] = large[int((y + .5) / size[0] * height), int((x + .5) / size[1] * width)]
    return small


def plain_scores(truth, results, label, size, skip):
    """As the paper's text and the rules of its code have it, with nothing shared."""
    objects = hits = alarms = missed = switches = 0
    soft, tables = 0.0, {}
    for one, other in zip(truth.videos, results.videos, strict=True):
        table = tables.setdefault(one.video.name.split('/b')[1], {})
        for frame in range(skip, one.video.length):
            gt, found = (picture(tracks, frame, label, size) for tracks in (one, other))
            numbers, taken = set(gt[gt > 0].tolist()), set()
            objects += len(numbers)
            for track in sorted(set(found[found > 0].tolist())):
                best, who = 0.0, None
                for number in sorted(numbers - taken):
                    iou = ((found == track) & (gt == number)).sum() / ((found == track) | (gt == number)).sum()
                    if iou > best:
                        best, who = iou, number
                if best > .5:
                    taken.add(who)
                    hits, soft = hits + 1, soft + best
                    switches += who in table and table[who] != track
                    table[who] = track
                else:
                    alarms += 1
            missed += len(numbers - taken)
    return {'MOTSA': (hits - alarms - switches) / objects, 'sMOTSA': (soft - alarms - switches) / objects,
            'MOTSP': soft / hits, 'recall': hits / objects, 'precision': hits / (hits + alarms),
            'TP': hits, 'FP': alarms, 'FN': missed, 'IDS': switches}


@pytest.mark.parametrize(('size', 'skip'), [((24, 96), 0), ((11, 60), 1), ((40, 100), 2)])
@pytest.mark.parametrize('seed', range(2))
def test_plain_loops_agree(seed, size, skip, random_windows):
    truth, results = random_windows(seed)
    found = score(truth, results, Scoring(('windows',), windows=WindowRules(*size, skip)))
    for label, name in enumerate(truth.classes):
        expected = plain_scores(truth, results, label, size, skip)
        assert {key: found[f'windows/{name}/{key}'] for key in expected} == pytest.approx(expected, abs=1e-12)
    assert min(found[f'windows/{name}'] for name in ('TP', 'FP', 'FN', 'IDS')) > 0


@pytest.mark.parametrize('seed', range(4))
def test_scores_are_tied_to_each_other(seed, random_windows):
    """As in the paper's tables: sMOTSA = MOTSP recall - (FP + IDS) / M, and MOTSP = 1 makes it MOTSA."""
    found = score(*random_windows(seed), Scoring(('windows',), windows=WindowRules(24, 96)))
    for row in ('', 'car/', 'pedestrian/'):
        value = {name: found[f'windows/{row}{name}'] for name in
                 ('MOTSA', 'sMOTSA', 'MOTSP', 'recall', 'precision', 'TP', 'FP', 'FN', 'IDS')}
        objects = value['TP'] + value['FN']
        lost = value['FP'] / objects + value['IDS'] / objects
        assert value['sMOTSA'] == pytest.approx(value['MOTSP'] * value['recall'] - lost, abs=1e-12)
        assert value['MOTSA'] == pytest.approx(value['recall'] - lost, abs=1e-12)
        assert value['FP'] / objects == pytest.approx(value['recall'] * (1 / value['precision'] - 1), abs=1e-12)
