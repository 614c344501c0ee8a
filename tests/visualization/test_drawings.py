"""The parts of an overlay, one frame each."""

from dataclasses import replace

import numpy as np
import pytest

from mmvist.registry import DRAWINGS
from mmvist.structures import Video, rle
from mmvist.visualization import DrawBoxes, DrawLabels, DrawMasks, DrawTrails
from mmvist.visualization.colours import colour

CLASSES = ('car', 'person')
PARTS = ('DrawMasks', 'DrawBoxes', 'DrawLabels', 'DrawTrails')


def changed(drawn, image):
    """Box (x1, y1, x2, y2) around the pixels that were drawn on."""
    rows, columns = np.nonzero((drawn != image).any(2))
    return columns.min(), rows.min(), columns.max() + 1, rows.max() + 1


@pytest.mark.parametrize('part', PARTS)
def test_nothing_to_draw(part, image, result):
    drawn = DRAWINGS.build({'type': part}).draw(image, result(0), CLASSES)
    assert (drawn == image).all()
    assert drawn is not image


@pytest.mark.parametrize('part', PARTS)
def test_an_image_of_another_size(part, result):
    with pytest.raises(ValueError, match='video street: the image must be a whole multiple of its frames'):
        DRAWINGS.build({'type': part}).draw(np.zeros((200, 250, 3), np.uint8), result(0), CLASSES)


@pytest.mark.parametrize('part', PARTS)
def test_instances_beyond_the_edges(part, image, result):
    # Boxes may reach beyond the frame, masks never do.
    rows = [(track, 0, .5, box, False) for track, box in enumerate([(-10, -60, 20, 30), (480, 380, 560, 470)])]
    drawn = DRAWINGS.build({'type': part}).draw(image, result(0, *rows), CLASSES)
    assert drawn.shape == image.shape
    assert (drawn != image).any()


def test_a_mask_is_blended_with_its_colour(image, result):
    drawn = DrawMasks(opacity=.25).draw(image, result(0, (1, 0, .9, (100, 50, 200, 150))), CLASSES)
    # 0.75 * 100 + 0.25 * colour
    assert drawn[100, 150].tolist() == [round(75 + .25 * part) for part in colour(1)]
    # The contour is opaque, as far as an anti-aliased line of one pixel is.
    assert np.abs(drawn[60:140, 100].astype(int) - colour(1)).max() < 30
    assert changed(drawn, image) == pytest.approx((100, 50, 200, 150), abs=2)


def test_a_hole_is_left_free(image, result):
    mask = np.zeros((400, 500), bool)
    mask[50:150, 100:200] = True
    mask[80:120, 130:170] = False
    holed = replace(result(0, (1, 0, .9, (100, 50, 200, 150))), masks=(rle.encode(mask),))
    drawn = DrawMasks().draw(image, holed, CLASSES)
    assert (drawn[90:110, 140:160] == 100).all()
    assert (drawn[60:70, 110:120] != 100).all()


def test_an_enlarged_mask_covers_the_enlarged_pixels(result):
    frame = result(0, (1, 0, .9, (10, 5, 20, 15)), video=Video(1, 'one', 40, 50, 1))
    image = np.full((120, 150, 3), 100, np.uint8)
    assert changed(DrawMasks().draw(image, frame, CLASSES), image) == pytest.approx((30, 15, 60, 45), abs=1)


@pytest.mark.parametrize('part', [DrawBoxes(), DrawMasks()])
def test_a_box_alone(part, image, result):
    drawn = part.draw(image, result(0, (3, 0, .9, (100, 50, 200, 150), False)), CLASSES)
    assert (drawn[60:140, 110:190] == 100).all()
    assert drawn[100, 100].tolist() == pytest.approx(colour(3), abs=20)
    assert changed(drawn, image) == pytest.approx((100, 50, 200, 150), abs=2)


@pytest.mark.parametrize('opacity', [-.1, 1.1])
def test_an_opacity_that_cannot_be(opacity):
    with pytest.raises(ValueError, match=rf'DrawMasks: opacity must lie in 0..1, got {opacity}'):
        DrawMasks(opacity)


def test_a_label_stands_on_its_box(image, result):
    drawn = DrawLabels().draw(image, result(0, (5, 1, .9, (100, 50, 200, 150))), CLASSES)
    left, top, right, bottom = changed(drawn, image)
    assert left == pytest.approx(100, abs=1)
    assert bottom <= 50
    assert (drawn[top + 4:bottom - 4, left + 1] == colour(5)).all()     # the chip, left of its text
    assert (drawn[top:bottom, left:right] == 0).all(2).any()            # black letters on a light colour


def test_the_score_of_ground_truth_is_not_written(image, result):
    widths = []
    for score in (.99, 1.):
        left, _, right, _ = changed(DrawLabels().draw(image, result(0, (5, 1, score, (100, 50, 200, 150))), CLASSES),
                                    image)
        widths.append(right - left)
    assert widths[0] > widths[1] + 15


def test_labels_get_out_of_each_others_way(image, result):
    same = [(track, 0, .5, (100, 50, 200, 150)) for track in (1, 2, 3)]
    boxes = []
    for track in (1, 2, 3):
        drawn = DrawLabels().draw(image, result(0, *same), CLASSES)
        rows = np.flatnonzero((drawn[:, 101] == colour(track)).all(1))
        boxes.append((rows.min(), rows.max()))
    above, inside, below = boxes
    assert above[1] < 50 < inside[0] < inside[1] < 150 < below[0]


def test_the_lower_id_is_served_first(image, result):
    rows = [(track, 0, .5, (100, 50, 200, 150)) for track in (4, 2)]
    first = DrawLabels().draw(image, result(0, *rows), CLASSES)
    assert (first == DrawLabels().draw(image, result(0, *rows[::-1]), CLASSES)).all()
    assert (first[30:50, 101] == colour(2)).all(1).any()


def test_a_label_at_the_upper_edge_stays_in_the_image(image, result):
    top = changed(DrawLabels().draw(image, result(0, (1, 0, .5, (460, 3, 499, 80))), CLASSES), image)
    assert top[1] >= 3
    assert top[2] <= 500


def moving(result, frames, step=10):
    """Track 1 goes right along row 200, track 2 is gone after the first frame."""
    for frame in frames:
        rows = [(1, 0, .5, (90 + step * frame, 100, 110 + step * frame, 200))]
        yield result(frame, *rows, *([(2, 0, .5, (90, 300, 110, 390))] if frame == frames[0] else []))


def test_a_trail_fades_into_the_past(image, result):
    frames = list(moving(result, range(11)))
    drawn = DrawTrails(length=10).draw(image, frames[-1], CLASSES, frames)
    assert changed(drawn, image) == pytest.approx((100, 200, 200, 200), abs=4)
    # Of the three channels of colour 1, red differs most from the image's grey 100.
    line = drawn[199:202, 100:197, 2].max(0).astype(int)
    assert 100 < line[5] < line[25] < line[45] < line[65] < line[90] <= colour(1)[2]
    assert drawn[200, 200].tolist() == list(colour(1))


def test_a_trail_ends_where_its_length_does(image, result):
    frames = list(moving(result, range(11)))
    assert changed(DrawTrails(length=4).draw(image, frames[-1], CLASSES, frames), image)[0] == pytest.approx(160, abs=3)


def test_no_past_is_a_dot(image, result):
    now = next(moving(result, range(1)))
    left, top, right, bottom = changed(DrawTrails().draw(image, now, CLASSES), image)
    # Two dots of radius 2, 190 rows apart.
    assert (right - left, bottom - top) == pytest.approx((6, 196), abs=1)
    assert (left, top) == pytest.approx((97, 197), abs=1)


def test_a_trail_remembers_as_far_as_it_reaches_and_no_features(result):
    trails, past = DrawTrails(length=4), None
    for frame in moving(result, range(11)):
        past = trails.remember(past, replace(frame, features={'depth': np.zeros((1, 400, 500))}))
    assert [(frame.frame, frame.features) for frame in past] == [(number, {}) for number in range(6, 11)]


def test_a_trail_has_a_length():
    with pytest.raises(ValueError, match='DrawTrails: length must be at least 1, got 0'):
        DrawTrails(0)
