import numpy as np
import pytest

from mmvist.io.bdd100k.poly2d import outlines
from mmvist.io.segmentation import parse
from mmvist.structures import rle

# Broken shapes are in `test_bdd100k`, with the messages that name their labels.


def shape(*points, types):
    return {'vertices': [list(point) for point in points], 'types': types, 'closed': True}


def test_lines():
    (outline,) = outlines([shape((2, 1), (6, 1), (6, 5), (2, 5), types='LLLL')])
    # The last vertex is followed by the first.
    assert outline == [2, 1, 6, 1, 6, 5, 2, 5, 2, 1]
    expected = np.zeros((10, 20), bool)
    expected[1:5, 2:6] = True
    np.testing.assert_array_equal(rle.decode(parse([outline], 10, 20), 10, 20), expected)


def test_several_shapes():
    assert len(outlines([shape((0, 0), (1, 0), (1, 1), types='LLL')] * 3)) == 3


@pytest.mark.parametrize('types', ['LLCCL', 'LLCCC'])
def test_curve(types):
    """A curve that bulges by 3/4 of its control points' 40 pixels, below a straight line."""
    (outline,) = outlines([shape((10, 10), (50, 10), (50, 50), (10, 50), (10, 10), types=types)])
    points = np.reshape(outline, (-1, 2))
    middle = points[2 + 7]  # two ends of the line, then a point each 1/16 of the curve
    assert middle.tolist() == [30, 40]
    mask = parse([outline], 80, 80)
    assert rle.bboxes([mask], 80, 80).tolist() == [[10, 10, 50, 40]]
    x, y = points[:-1].T
    area = abs(x @ np.roll(y, 1) - y @ np.roll(x, 1)) / 2
    # Bezier: x falls from 50 to 10 as 3t^2 - 2t^3, y - 10 is 120 t (1 - t); the integral of y dx is 40 * 40 * 3/5.
    assert area == pytest.approx(960, rel=0.01)
    assert rle.area([mask], 80, 80)[0] == pytest.approx(960, rel=0.03)


def test_curve_back_to_the_start():
    (outline,) = outlines([shape((0, 0), (8, 0), (8, 8), (0, 8), types='LLCC')])
    assert outline[:4] == [0, 0, 8, 0]
    assert outline[-2:] == [0, 0]
    assert len(outline) == 2 * (2 + 16)
