"""Overlays side by side."""

from dataclasses import replace

import numpy as np
import pytest

from mmvist.structures import Video
from mmvist.visualization import Overlay, Panels
from mmvist.visualization.colours import GROUND
from mmvist.visualization.panels import _num_columns

CLASSES = ('car',)
BOXES = [{'type': 'DrawBoxes'}]
TRAILS = [{'type': 'DrawTrails'}]
GAP = 4


def at(result, frame, score=.5):
    return result(frame, (1, 0, score, (20 * frame, 100, 20 * frame + 20, 200)))


def cells(sheet, rows, columns, height=400, width=500):
    """Panels of a sheet row by row, each as its title and its picture."""
    bar = (sheet.shape[0] + GAP) // rows - height - GAP
    assert sheet.shape == (rows * (bar + height + GAP) - GAP, columns * (width + GAP) - GAP, 3)
    assert 8 < bar < 40
    for top in range(0, sheet.shape[0], bar + height + GAP):
        for left in range(0, sheet.shape[1], width + GAP):
            cell = sheet[top:top + bar + height, left:left + width]
            yield cell[:bar], cell[bar:]


def test_each_overlay_under_its_title(image, result):
    sheet = Panels(CLASSES, {'image': [], 'gpqy': BOXES}).draw(image, at(result, 0))
    (first, plain), (second, boxes) = cells(sheet, 1, 2)
    assert (plain == image).all()
    assert (boxes == Overlay(CLASSES, BOXES).draw(image, at(result, 0))).all()
    for bar in (first, second):
        written = (bar != GROUND).any(2)
        assert written.any()
        # Nothing is cut off, and it is in the middle.
        assert not (written[0].any() or written[-1].any())
        columns = np.flatnonzero(written.any(0))
        assert (columns.min() + columns.max()) / 2 == pytest.approx(250, abs=4)


def test_places_without_a_panel(image, result):
    sheet = Panels(CLASSES, {title: [] for title in 'abcde'}).draw(image, at(result, 0))
    *_, (_, last), (_, nothing) = cells(sheet, 2, 3)
    assert (last == 100).all()
    assert (nothing == 0).all()


@pytest.mark.parametrize(('count', 'size', 'columns'), [
    (1, (400, 640), 1), (2, (400, 640), 2), (5, (400, 640), 3),
    # As wide as KITTI's frames are.
    (2, (390, 1242), 1), (3, (390, 1242), 1), (5, (390, 1242), 2), (5, (1280, 720), 5)])
def test_the_sheet_is_near_a_screen(count, size, columns):
    assert _num_columns(count, *size) == columns


def test_each_remembers_until_a_reset(image, result):
    panels, overlay = Panels(CLASSES, {'trails': TRAILS}), Overlay(CLASSES, TRAILS)
    first = panels.draw(image, at(result, 0))
    for frame in (1, 2):
        (_, trails), = cells(panels.draw(image, at(result, frame)), 1, 1)
    for frame in range(3):
        expected = overlay.draw(image, at(result, frame))
    assert (trails == expected).all()
    panels.reset()
    assert (panels.draw(image, at(result, 0)) == first).all()


def test_doubtful_instances_and_small_frames(result):
    video = Video('small', 'small', 100, 150, 1)
    found = result(0, (1, 0, .5, (20, 30, 60, 70)), video=video)
    small = np.full((100, 150, 3), 100, np.uint8)
    (_, plain), (_, boxes) = cells(Panels(CLASSES, {'a': [], 'b': BOXES}, min_score=.6).draw(small, found), 1, 2,
                                   400, 600)
    assert (boxes == plain).all()


def test_a_feature_that_is_missing(image, result):
    panels = Panels(CLASSES, {'depth': [{'type': 'ShowDepth'}]})
    with pytest.raises(ValueError, match="keeps no features 'depth' to draw; name it in model.result_features"):
        panels.draw(image, replace(at(result, 0), features={'embedding': np.zeros((2, 4, 5))}))


def test_no_panel():
    with pytest.raises(ValueError, match='Panels: there must be a panel at least'):
        Panels(CLASSES, {})
