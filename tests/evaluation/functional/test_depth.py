"""Scores of depth maps, by hand and in closed form."""

import math

import numpy as np
import pytest

from mmvist.evaluation.functional.depth import DepthScoring, depth_scores, mean_depth_scores

ALIGNED, METRES = DepthScoring(), DepthScoring(align=False)
PERFECT = {'abs_rel': 0, 'sq_rel': 0, 'rmse': 0, 'rmse_log': 0, 'delta1': 1, 'delta2': 1, 'delta3': 1}


def predicted(scores):
    return {name: value for name, value in scores.items() if not name.startswith('constant_')}


def constant(scores):
    return {name.removeprefix('constant_'): value for name, value in scores.items() if name.startswith('constant_')}


def street(seed=0):
    return np.random.default_rng(seed).uniform(1, 70, (6, 8)).astype(np.float32)


def test_values_by_hand():
    """Right, right, and twice as far: a ratio of 2 is above 1.25^3."""
    scores = depth_scores(np.array([[1., 2, 8]]), np.array([[1., 2, 4]]), METRES)
    assert predicted(scores) == pytest.approx({
        'abs_rel': 1 / 3, 'sq_rel': 4 / 3, 'rmse': math.sqrt(16 / 3), 'rmse_log': math.log(2) / math.sqrt(3),
        'delta1': 2 / 3, 'delta2': 2 / 3, 'delta3': 2 / 3})
    # Two metres everywhere.
    assert constant(scores) == pytest.approx({
        'abs_rel': 1 / 2, 'sq_rel': 2 / 3, 'rmse': math.sqrt(5 / 3), 'rmse_log': math.log(2) * math.sqrt(2 / 3),
        'delta1': 1 / 3, 'delta2': 1 / 3, 'delta3': 1 / 3})


@pytest.mark.parametrize(('ratio', 'deltas'), [(1.25, (0, 1, 1)), (1.5, (0, 1, 1)), (1 / 1.5, (0, 1, 1)),
                                               (1.9, (0, 0, 1)), (2.0, (0, 0, 0)), (0.5, (0, 0, 0))])
def test_ratios_count_both_ways(ratio, deltas):
    scores = depth_scores(np.full((2, 2), 4 * ratio), np.full((2, 2), 4.0), METRES)
    assert tuple(scores[f'delta{power}'] for power in (1, 2, 3)) == deltas
    assert scores['abs_rel'] == pytest.approx(abs(ratio - 1))
    assert scores['rmse_log'] == pytest.approx(abs(math.log(ratio)))


@pytest.mark.parametrize('scale', [1.0, 1e-3, 7.5])
def test_a_perfect_map_in_any_unit(scale):
    truth = street()
    assert predicted(depth_scores(truth * np.float32(scale), truth, ALIGNED)) == pytest.approx(PERFECT, abs=1e-5)


def test_without_alignment_the_unit_counts():
    truth = street() / 2
    assert depth_scores(1.1 * truth, truth, METRES)['abs_rel'] == pytest.approx(.1, rel=1e-5)


@pytest.mark.parametrize('value', [0.2, 5.0, 300.0])
def test_a_constant_map_is_the_baseline(value):
    scores = depth_scores(np.full((6, 8), value), street(), ALIGNED)
    assert predicted(scores) == pytest.approx(constant(scores))
    assert scores['abs_rel'] > .1


def test_what_is_not_known_or_too_far_does_not_count():
    """Neither for the errors nor for the median; bounds are outside, as is common."""
    truth = street()
    depth = 3 * truth + np.random.default_rng(1).uniform(0, 9, truth.shape).astype(np.float32)
    expected = depth_scores(depth, truth, ALIGNED)
    unknown = np.array([[0, 80, 81, 1e-3, np.inf, np.nan, 0, 0]], np.float32)
    garbage = np.array([[50, 1e-9, 1e9, 1, 1, 1, np.nan, np.inf]], np.float32)
    assert depth_scores(np.concatenate([depth, garbage]), np.concatenate([truth, unknown]), ALIGNED) == expected


def test_another_range():
    scores = depth_scores(np.array([[1., 2, 20]]), np.array([[1., 2, 40]]), DepthScoring(False, 0.5, 10))
    assert predicted(scores) == pytest.approx(PERFECT)


def test_predictions_are_clipped_after_they_are_aligned():
    """Times 2: to 2, 4, 400, of which 80 are left."""
    scores = depth_scores(np.array([[1., 2, 200]]), np.array([[2., 4, 40]]), ALIGNED)
    assert scores['abs_rel'] == pytest.approx(1 / 3)
    low = depth_scores(np.array([[1., 2, 1e-9]]), np.array([[1., 2, 3]]), METRES)
    assert low['rmse_log'] == pytest.approx(math.log(3 / 1e-3) / math.sqrt(3))


def test_one_pixel_is_always_right():
    scores = depth_scores(np.array([[9.]]), np.array([[4.]]), ALIGNED)
    assert predicted(scores) == constant(scores) == pytest.approx(PERFECT)


def test_a_map_without_a_number_has_no_score():
    depth = street()
    depth[2, 3] = np.nan
    assert math.isnan(depth_scores(depth, street(), ALIGNED)['abs_rel'])


def test_images_without_pixels_are_counted_and_left_out():
    images = [depth_scores(scale * street(), street(), METRES) for scale in (1., 1.2)]
    assert depth_scores(street(), np.zeros((6, 8)), ALIGNED) is None
    scores = mean_depth_scores([images[0], None, images[1], None, None])
    assert scores['abs_rel'] == pytest.approx((images[0]['abs_rel'] + images[1]['abs_rel']) / 2)
    assert scores['constant_rmse'] == pytest.approx(images[0]['constant_rmse'])
    assert (scores['images'], scores['empty']) == (2, 3)


@pytest.mark.parametrize('num_empty', [0, 2])
def test_no_image_at_all(num_empty):
    scores = mean_depth_scores([None] * num_empty)
    assert (scores.pop('images'), scores.pop('empty')) == (0, num_empty)
    assert len(scores) == 14
    assert all(map(math.isnan, scores.values()))


@pytest.mark.parametrize('bounds', [(0, 80), (-1, 80), (80, 80), (1, 0.5)])
def test_a_range_without_depths(bounds):
    with pytest.raises(ValueError, match='min_depth must be above 0 and below max_depth, got '):
        DepthScoring(True, *bounds)
