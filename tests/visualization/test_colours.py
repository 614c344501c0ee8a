"""Colours of tracks."""

import cv2
import numpy as np
import pytest

from mmvist.visualization.colours import colour, on_colour


def test_a_colour_is_a_function_of_the_id():
    # Hue 0.257 * 6 is 0.542 beyond yellow: red is 1 - 0.68 * 0.542 = 0.631, green 1, blue 1 - 0.68.
    assert colour(0) == (82, 255, 161)
    # Hue 0.875 * 6 is 0.250 beyond blue: red is 1 - 0.50 * 0.750, blue 1, green 1 - 0.50.
    assert colour(1) == (223, 128, 255)
    assert colour(-1) != colour(1)


def test_ids_that_follow_each_other_look_different():
    colours = np.float32([[colour(track) for track in range(200)]]) / 255
    lab = cv2.cvtColor(colours, cv2.COLOR_BGR2LAB)[0]
    for apart in range(1, 10):
        assert np.linalg.norm(lab[apart:] - lab[:-apart], axis=1).min() > 12


@pytest.mark.parametrize(('background', 'text'), [
    ((0, 0, 0), 255), ((255, 255, 255), 0), ((255, 0, 0), 255), ((0, 255, 255), 0),
    # Black and white contrast equally at a relative luminance of 0.179, between the greys 117 and 118.
    ((117, 117, 117), 255), ((118, 118, 118), 0)])
def test_text_contrasts_with_its_ground(background, text):
    assert on_colour(background) == (text,) * 3
