"""Text in chips: a filled, rounded ground with letters that contrast with it."""

import cv2
import numpy as np

from mmvist.visualization.colours import on_colour

FONT = cv2.FONT_HERSHEY_DUPLEX
# Below this the letters of the built-in font run together.
MIN_SCALE = 0.4
LINES_OF_FULL_SCALE = 1400


def font_scale(image: np.ndarray) -> float:
    """Scale of the letters, growing with the image."""
    return max(MIN_SCALE, min(image.shape[:2]) / LINES_OF_FULL_SCALE)


def chip_size(text: str, scale: float) -> tuple[int, int]:
    """Width and height of a chip, in pixels."""
    (width, height), baseline = cv2.getTextSize(text, FONT, scale, 1)
    padding = _padding(scale)
    return width + 2 * padding, height + baseline + padding


def put_chip(image: np.ndarray, text: str, left: int, top: int, scale: float, colour: tuple[int, int, int]) -> None:
    """Draw a chip into the image itself, for the parts that made it."""
    (_, text_height), _ = cv2.getTextSize(text, FONT, scale, 1)
    width, height = chip_size(text, scale)
    padding = _padding(scale)
    right, bottom, radius = left + width - 1, top + height - 1, padding
    cv2.rectangle(image, (left + radius, top), (right - radius, bottom), colour, cv2.FILLED)
    cv2.rectangle(image, (left, top + radius), (right, bottom - radius), colour, cv2.FILLED)
    for x in (left + radius, right - radius):
        for y in (top + radius, bottom - radius):
            cv2.circle(image, (x, y), radius, colour, cv2.FILLED, cv2.LINE_AA)
    put_text(image, text, left + padding, top + padding // 2 + text_height, scale, on_colour(colour))


def put_text(image: np.ndarray, text: str, left: int, baseline: int, scale: float, colour: tuple[int, int, int]
             ) -> None:
    """Draw text into the image itself."""
    cv2.putText(image, text, (left, baseline), FONT, scale, colour, 1, cv2.LINE_AA)


def _padding(scale: float) -> int:
    return round(8 * scale)
