"""The block filters against whole matrices."""

import numpy as np
import pytest
import torch
from scipy.stats import chi2

from mmvist.structures.instances import Instances
from mmvist.tracking import AreaKalmanFilter, ChiSquare, KalmanFilter, Mahalanobis
from tests.tracking.propagators.dense import DenseDeepSORT, DenseSORT
from tests.tracking.toys import frame


def detections(*boxes):
    bboxes = torch.from_numpy(np.array(boxes, np.float64).reshape(-1, 4))
    return Instances(bboxes=bboxes, scores=torch.ones(len(boxes)), labels=torch.zeros(len(boxes), dtype=torch.long))


def tracks_of(columns, bboxes, gaps):
    return Instances(bboxes=bboxes, gaps=torch.tensor(gaps, dtype=torch.long), **columns)


def same_state(tracks, row, dense):
    """Compare a track with the dense filter, whose other covariances must be zero."""
    changes = len(dense.mean) - 4
    means, blocks = np.zeros((4, 2)), np.zeros((4, 3))
    means[:, 0], means[:changes, 1] = dense.mean[:4], dense.mean[4:]
    of_value, both, of_change = (np.diag(part) for part in (dense.covariance[:4, :4], dense.covariance[:changes, 4:],
                                                            dense.covariance[4:, 4:]))
    blocks[:, 0], blocks[:changes, 1], blocks[:changes, 2] = of_value, both, of_change
    np.testing.assert_allclose(tracks.motion[row].numpy(), means, rtol=1e-9, atol=1e-9)
    np.testing.assert_allclose(tracks.spread[row].numpy(), blocks, rtol=1e-9, atol=1e-12)
    coupled = np.abs(dense.covariance) > 0
    assert coupled.sum() == 4 + 3 * changes
    np.testing.assert_allclose(tracks.bboxes[row].numpy(), dense.box(), rtol=1e-9)


# Frame and which of two objects are measured; frames 3 and 7 to 9 are left out.
SCRIPT = [(1, (0, 1)), (2, (0,)), (4, (1,)), (5, ()), (6, (0, 1)), (10, (0, 1)), (11, (1,)), (12, (0,))]


@pytest.mark.parametrize(('part', 'reference'), [(KalmanFilter(), DenseDeepSORT), (AreaKalmanFilter(), DenseSORT)],
                         ids=['DeepSORT', 'SORT'])
@pytest.mark.parametrize('seed', range(4))
def test_blocks_and_matrices_agree(part, reference, seed):
    generator = np.random.default_rng(seed)

    def boxes_at(index):
        corners = generator.normal(size=(2, 2)) * 2 + [[10 + 3 * index, 20], [200, 100 - 2 * index]]
        return np.concatenate([corners, corners + generator.uniform(20, 60, (2, 2))], 1)

    first = boxes_at(0)
    state, _ = part.predict(part.init(), tracks_of(part.start(detections(), frame(0)), torch.zeros(0, 4), []), frame(0))
    tracks = tracks_of(part.start(detections(*first), frame(0)), torch.from_numpy(first), [1, 1])
    dense = [reference(box) for box in first]
    last, seen = 0, [0, 0]
    for index, measured in SCRIPT:
        tracks = tracks.replace(gaps=torch.tensor([index - frame_seen for frame_seen in seen]))
        state, tracks = part.predict(state, tracks, frame(index))
        for row in (0, 1):
            for _ in range(index - last):
                dense[row].advance()
            same_state(tracks, row, dense[row])
        found = boxes_at(index)
        rows = torch.tensor(measured, dtype=torch.long)
        corrected = part.correct(tracks[rows], detections(*found[list(measured)]), frame(index))
        for row in measured:
            dense[row].measure(found[row])
            seen[row] = index
        motion, spread = tracks.motion.clone(), tracks.spread.clone()
        motion[rows], spread[rows] = corrected['motion'], corrected['spread']
        tracks, last = tracks.replace(motion=motion, spread=spread), index
        for row in measured:
            # The boxes are the business of memory here.
            same_state(tracks.replace(bboxes=torch.tensor([dense[0].box(), dense[1].box()])), row, dense[row])


def deep_sort_tracks(*boxes, frames=1):
    """Tracks and their dense filters, predicted for a later frame."""
    part = KalmanFilter()
    tracks = tracks_of(part.start(detections(*boxes), frame(0)), torch.tensor(boxes, dtype=torch.float64),
                       [frames] * len(boxes))
    dense = [DenseDeepSORT(box) for box in boxes]
    for one in dense:
        for _ in range(frames):
            one.advance()
    return part.predict(0, tracks, frame(frames))[1], dense


BOXES = [10., 10, 30, 50], [100., 40, 150, 60]


def test_what_is_expected_is_the_projection():
    tracks, dense = deep_sort_tracks(*BOXES, frames=3)
    for row, one in enumerate(dense):
        mean, covariance = one.projected(one.noise)
        np.testing.assert_allclose(tracks.expected[row, :, 0], mean, rtol=1e-12)
        np.testing.assert_allclose(tracks.expected[row, :, 1], np.diag(covariance), rtol=1e-12)


def test_mahalanobis_distance():
    tracks, dense = deep_sort_tracks(*BOXES)
    found = [12., 11, 31, 50], [101., 38, 153, 61], [10., 10, 30, 50]
    affinity = Mahalanobis(weight=.5, new=8.)(tracks, detections(*found))
    assert affinity[0].tolist() == [-4.] * 3
    for row, one in enumerate(dense):
        assert affinity[1 + row].tolist() == pytest.approx([-.5 * one.distance(box) for box in found])


def test_the_gate_of_95_percent_is_9_4877():
    assert ChiSquare().threshold == pytest.approx(9.4877, abs=1e-4)
    assert chi2.cdf(ChiSquare(.99).threshold, 4) == pytest.approx(.99)
    tracks, dense = deep_sort_tracks(BOXES[0])
    deviation = np.sqrt(dense[0].projected(dense[0].noise)[1][0, 0])
    moved = [np.add(BOXES[0], [side, 0, side, 0]) for side in deviation * np.sqrt([9.48, 9.49])]
    assert ChiSquare()(tracks, detections(*moved)).tolist() == [[True, False]]


def test_lost_tracks_hold_their_height():
    for held, expected in ((False, [52., 52.]), (True, [52., 50.])):
        part = KalmanFilter(hold_lost_height=held)
        tracks = tracks_of(part.start(detections([0., 0, 20, 50], [0., 0, 20, 50]), frame(0)),
                           torch.zeros(2, 4), [1, 2])
        motion = tracks.motion.clone()
        motion[:, :, 1] = torch.tensor([3., 0, 0, 2])
        given = motion.clone()
        _, ahead = part.predict(4, tracks.replace(motion=motion), frame(5))
        assert ahead.motion[:, 3, 0].tolist() == expected
        assert ahead.motion[:, 0, 0].tolist() == [13., 13.]
        assert torch.equal(motion, given)


@pytest.mark.parametrize(('change', 'area', 'kept'), [(-60., 40., -60.), (-100., 100., 0.), (-150., 100., 0.)])
def test_an_area_that_would_vanish_stays(change, area, kept):
    part = AreaKalmanFilter()
    tracks = tracks_of(part.start(detections([0., 0, 10, 10]), frame(0)), torch.zeros(1, 4), [1])
    motion = tracks.motion.clone()
    motion[0, 2, 1] = change
    _, ahead = part.predict(0, tracks.replace(motion=motion), frame(1))
    assert ahead.motion[0, 2].tolist() == [area, kept]


def test_boxes_without_width_or_height_have_finite_filters():
    for part in (KalmanFilter(), AreaKalmanFilter()):
        tracks = tracks_of(part.start(detections([5., 5, 5, 5], [9., 5, 3, 5]), frame(0)), torch.zeros(2, 4), [1, 1])
        _, ahead = part.predict(0, tracks, frame(3))
        assert ahead.bboxes.isfinite().all()
        corrected = part.correct(ahead, detections([5., 5, 5, 5], [9., 5, 3, 5]), frame(3))
        assert all(column.isfinite().all() for column in corrected.values())
