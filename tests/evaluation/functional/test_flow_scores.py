"""End-point errors and outliers, by hand."""

import numpy as np
import pytest

from mmvist.evaluation.functional.flow import flow_errors, flow_scores
from mmvist.io.flow import HIDDEN, SEEN, UNKNOWN


def test_errors_by_hand():
    truth = np.zeros((2, 3, 2))
    truth[1] = [100, 0]
    flow = truth.copy()
    # Off by 5, 3 and 4 pixels of nothing; by 5 and 5.1 of a hundred; and wildly where nothing is known.
    flow[0, 0], flow[0, 1], flow[0, 2] = [3, 4], [0, 3], [0, -4]
    flow[1, 0, 0], flow[1, 1, 1], flow[1, 2] = 105, 5.1, [0, 0]
    known = np.array([[SEEN, SEEN, HIDDEN], [SEEN, HIDDEN, UNKNOWN]])
    objects = np.array([[True, False, False], [False, True, True]])
    errors = flow_errors(flow, truth, known, objects)
    expected = {'all': (5, 22.1, 3), 'seen': (3, 13, 1), 'hidden': (2, 9.1, 2), 'objects': (2, 10.1, 2),
                'background': (3, 12, 1)}
    for region, (pixels, distance, outliers) in expected.items():
        assert errors[f'{region}/pixels'] == pixels
        assert errors[f'{region}/distance'] == pytest.approx(distance)
        assert errors[f'{region}/outliers'] == outliers
    assert len(errors) == 15


def test_images_are_put_together_by_their_pixels():
    zeros = np.zeros((1, 1, 2))
    few = flow_errors(zeros + [4, 0], zeros, np.array([[SEEN]]))
    many = flow_errors(np.zeros((1, 3, 2)), np.zeros((1, 3, 2)), np.array([[SEEN, HIDDEN, UNKNOWN]]))
    scores = flow_scores([few, many])
    assert scores == {'all/EPE': 4 / 3, 'all/Fl': 1 / 3, 'all/pixels': 3, 'seen/EPE': 2, 'seen/Fl': .5,
                      'seen/pixels': 2, 'hidden/EPE': 0, 'hidden/Fl': 0, 'hidden/pixels': 1}


def test_what_is_no_number_is_an_outlier():
    errors = flow_errors(np.full((1, 1, 2), np.nan), np.zeros((1, 1, 2)), np.array([[SEEN]]))
    assert errors['all/outliers'] == 1


def test_nothing_known():
    assert flow_errors(np.ones((2, 2, 2)), np.zeros((2, 2, 2)), np.zeros((2, 2))) == {}
    assert flow_scores([{}, {}]) == flow_scores([]) == {}
