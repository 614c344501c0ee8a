"""Frames a second."""

import time

import pytest

from mmvist.evaluation.metrics import SpeedMetric


def test_the_first_batch_only_starts_the_clock():
    metric = SpeedMetric()
    start = time.perf_counter()
    for _ in range(3):
        metric.process(None, [None] * 2)
        time.sleep(.01)
    fps = metric.evaluate(6)['speed/fps']
    # Four frames after the first batch, in at least two pauses and at most the whole time.
    assert 4 / (time.perf_counter() - start) < fps <= 4 / .02
    assert metric.evaluate(0) == {'speed/fps': 0.0}


def test_one_batch_has_no_rate():
    metric = SpeedMetric()
    metric.process(None, [None])
    assert metric.evaluate(1) == pytest.approx({'speed/fps': 0.0})
