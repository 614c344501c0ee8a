"""HOTA by hand, and equal to TrackEval's."""

import pickle

import numpy as np
import pytest

from mmvist.evaluation.functional.hota import ALPHAS, HotaCounts, count_hota

NAMES = ('HOTA', 'DetA', 'AssA', 'DetRe', 'DetPr', 'AssRe', 'AssPr', 'LocA')


def one_object(*ids):
    """An object that is found exactly by these ids, one a frame."""
    return [([7], [] if found is None else [found], [[1.0] * (found is not None)]) for found in ids]


def same(counts, other):
    return all(np.allclose(first, second, rtol=0, atol=1e-9)
               for first, second in zip(vars(counts).values(), vars(other).values(), strict=True))


@pytest.mark.parametrize(('ids', 'det_a', 'ass_a', 'ass_re', 'ass_pr'), [
    ([1, 1, 1], 1, 1, 1, 1),
    ([1, 1, 2, 2], 1, 2 / 4, 2 / 4, 1),
    ([1, 2, 1], 1, 5 / 9, 5 / 9, 1),            # (2 * 2/3 + 1 * 1/3) / 3
    ([1, None, None, 1], 2 / 4, 2 / 4, 2 / 4, 1),  # a miss costs association, too
    ([None], 0, 0, 0, 0),
])
def test_ids_of_one_object(ids, det_a, ass_a, ass_re, ass_pr, make_similarity):
    scores = count_hota(make_similarity(one_object(*ids))).scores()
    expected = dict(HOTA=(det_a * ass_a) ** .5, DetA=det_a, AssA=ass_a, DetRe=det_a, DetPr=min(det_a * 4, 1),
                    AssRe=ass_re, AssPr=ass_pr, LocA=1)
    assert {name: scores[name] for name in NAMES} == pytest.approx(expected)


def test_one_id_for_two_objects(make_similarity):
    scores = count_hota(make_similarity([([1], [5], [[1]]), ([2], [5], [[1]])])).scores()
    assert [scores[name] for name in ('AssA', 'AssRe', 'AssPr')] == [.5, 1, .5]


@pytest.mark.parametrize('step', range(19))
def test_likeness_of_exactly_alpha_is_a_match(step, make_similarity):
    """Alike by 0.05, 0.10 and so on, written as one writes it: right up to that alpha, and wrong beyond."""
    value = float(f'{.05 * (step + 1):.2f}')
    counts = count_hota(make_similarity([([1], [1], [[value]])]))
    expected = [1] * (step + 1) + [0] * (18 - step)
    assert counts.tp.tolist() == expected
    assert counts.fn.tolist() == counts.fp.tolist() == (1 - np.array(expected)).tolist()
    scores = counts.scores()
    assert scores['HOTA'] == pytest.approx((step + 1) / 19)
    assert scores['LocA'] == pytest.approx(((step + 1) * value + 18 - step) / 19)
    assert scores['HOTA(0)'] == 1
    assert scores['LocA(0)'] == scores['HOTALocA(0)'] == pytest.approx(value)


def test_an_object_keeps_to_its_usual_id(make_similarity):
    """In the last frame another result is more alike, but was with the object in that frame only."""
    frames = [([1], [5], [[.6]])] * 3 + [([1], [5, 6], [[.6, .9]])]
    counts = count_hota(make_similarity(frames))
    assert counts.tp[ALPHAS < .61].tolist() == [4] * 12
    assert counts.tp[ALPHAS > .61].tolist() == [0] * 7
    assert counts.association[0] == 4
    assert counts.likeness[0] == pytest.approx(2.4)


@pytest.mark.parametrize(('frames', 'fn', 'fp'), [
    ([], 0, 0), ([([], [], [])], 0, 0), ([([1, 2], [], []), ([1], [], [])], 3, 0), ([([], [1, 2], [])], 0, 2),
    ([([1], [], []), ([], [1], [])], 1, 1), ([([1], [1], [[0]])], 1, 1),
])
def test_without_matches(frames, fn, fp, make_similarity):
    counts = count_hota(make_similarity(frames))
    assert counts.tp.tolist() == [0] * 19
    assert counts.fn.tolist() == [fn] * 19
    assert counts.fp.tolist() == [fp] * 19
    scores = counts.scores()
    assert [scores.pop(name) for name in ('LocA', 'LocA(0)')] == [1, 1]
    assert set(scores.values()) == {0}


def test_counts_add_up_and_can_be_sent(make_similarity):
    first = count_hota(make_similarity(one_object(1, 1, 2)))
    second = count_hota(make_similarity(one_object(1)))
    total = first + second
    assert total.tp.tolist() == [4] * 19
    assert total.scores()['AssA'] == pytest.approx((2 * 2 / 3 + 1 / 3 + 1) / 4)
    assert first.tp.tolist() == [3] * 19
    assert same(HotaCounts() + first, first)
    assert same(sum([first, second], HotaCounts()), pickle.loads(pickle.dumps(total)))
    assert HotaCounts().scores()['LocA'] == 1


def test_curves_are_what_the_scores_are_means_of(make_similarity, random_videos):
    counts = count_hota(make_similarity(random_videos(0)[0]))
    curves, scores = counts.curves(), counts.scores()
    assert tuple(curves) == NAMES
    assert all(curve.shape == ALPHAS.shape for curve in curves.values())
    assert {name: curve.mean() for name, curve in curves.items()} == {name: scores[name] for name in NAMES}


def assert_equal(counts, reference):
    for name, curve in counts.curves().items():
        np.testing.assert_allclose(curve, reference[name], rtol=0, atol=1e-9, err_msg=name)
    for name in ('tp', 'fn', 'fp'):
        assert getattr(counts, name).tolist() == reference[f'HOTA_{name.upper()}'].tolist()
    scores = counts.scores()
    for name in ('HOTA(0)', 'LocA(0)', 'HOTALocA(0)'):
        assert scores[name] == pytest.approx(reference[name], abs=1e-9)


@pytest.mark.parametrize('steps', [0, 20, 4])
@pytest.mark.parametrize('seed', range(12))
def test_equal_to_trackeval(seed, steps, make_similarity, random_videos, as_trackeval):
    metric = pytest.importorskip('trackeval').metrics.HOTA()
    videos = random_videos(seed, steps)
    counts = [count_hota(make_similarity(frames)) for frames in videos]
    references = {index: metric.eval_sequence(as_trackeval(frames)) for index, frames in enumerate(videos)}
    for own, reference in zip(counts, references.values(), strict=True):
        assert_equal(own, reference)
    assert_equal(sum(counts, HotaCounts()), metric.combine_sequences(references))
