"""What VIST-VAE predicts: the next frame, boxes, correlations."""

import math
from dataclasses import replace

import numpy as np
import pytest

from mmvist.visualization import DrawProposals, Overlay, ShowCorrelation, ShowNextFrame


def told(result, frame=0, **features):
    return replace(result(frame), features={name: np.array(value, np.float32) for name, value in features.items()})


def plain(red, green, blue):
    return np.array([red, green, blue])[:, None, None] * np.ones((3, 4, 5))


def test_a_prediction_is_shown_with_the_frame_it_is_of(image, result):
    overlay = Overlay((), [dict(type='ShowNextFrame')])
    frames = [plain(250, 0, 0), plain(0, 250.4, 300), plain(0, 0, -5)]
    first, second, third = (overlay.draw(image, told(result, t, next_frame=frame)) for t, frame in enumerate(frames))
    assert not first.any()
    assert (second == (0, 0, 250)).all()            # BGR
    assert (third == (255, 250, 0)).all()
    assert second.shape == first.shape


def test_proposals_are_boxes_of_the_video(image, result):
    height, width = image.shape[:2]
    seen = told(result, proposals=np.zeros((0, 5)))
    assert (DrawProposals().draw(image, seen, ()) == image).all()
    factor = height // seen.video.height
    drawn = DrawProposals().draw(image, told(result, proposals=[[2, 3, 12, 13, 4]]), ())
    rows, columns = (drawn != image).any(2).nonzero()
    assert abs(rows.min() - 3 * factor) <= 1
    assert abs(columns.max() - 12 * factor) <= 1
    other = DrawProposals().draw(image, told(result, proposals=[[2, 3, 12, 13, 5]]), ())
    assert (drawn != other).any()


def test_correlations_are_red_and_green(image, result):
    ratios = [[0, math.log(2)], [-math.log(3), math.log(2) / 2]]
    drawn = ShowCorrelation().draw(image, told(result, correlation=ratios), ())
    height, width = image.shape[:2]
    corners = [drawn[y, x].tolist() for y in (0, height - 1) for x in (0, width - 1)]
    assert corners == [[0, 0, 0], [0, 255, 0], [0, 0, 255], [0, 128, 0]]


@pytest.mark.parametrize('drawing', [ShowNextFrame, DrawProposals, ShowCorrelation])
def test_what_is_missing_is_named(image, result, drawing):
    part = drawing()
    with pytest.raises(ValueError, match=f"keeps no features '{part.features[0]}' to draw"):
        part.remember(None, result(0)) if hasattr(part, 'remember') else part.draw(image, result(0), ())
