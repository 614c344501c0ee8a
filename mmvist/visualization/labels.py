"""Chips that name the instances."""

from collections.abc import Sequence

import numpy as np

from mmvist.registry import DRAWINGS
from mmvist.structures import FrameResult
from mmvist.visualization.canvas import enlargement, line_width
from mmvist.visualization.colours import colour
from mmvist.visualization.text import chip_size, font_scale, put_chip


@DRAWINGS.register_module()
class DrawLabels:
    """Writes class, id and score of each instance on a chip at its box.

    A score of exactly 1, which is what ground truth has, is not written. A chip goes above the box, or inside or below
    it when another chip or the image's edge is in the way; tracks are served by id, so that chips stay where they are
    from frame to frame.
    """

    def draw(self, image: np.ndarray, result: FrameResult, classes: Sequence[str], memory: None = None
             ) -> np.ndarray:
        """A copy of the image (H, W, 3) uint8 BGR with the chips."""
        drawn, scale = image.copy(), font_scale(image)
        bboxes = result.bboxes * enlargement(image, result.video)
        taken: list[tuple[int, int, int, int]] = []
        for row in np.argsort(result.ids, kind='stable').tolist():
            track, score = int(result.ids[row]), float(result.scores[row])
            text = f'{classes[result.labels[row]]} {track}' + (f'  {score:.2f}' if score != 1 else '')
            chip = _place(bboxes[row], chip_size(text, scale), image.shape, line_width(image), taken)
            taken.append(chip)
            put_chip(drawn, text, chip[0], chip[1], scale, colour(track))
        return drawn


def _place(bbox: np.ndarray, size: tuple[int, int], shape: tuple[int, ...], gap: int,
           taken: list[tuple[int, int, int, int]]) -> tuple[int, int, int, int]:
    """The first free place, xyxy in whole pixels: above, inside at the top, below; above when none is free."""
    width, height = size
    left, top, _, bottom = (round(float(edge)) for edge in bbox)
    x = max(0, min(left, shape[1] - width))
    places = [(x, y, x + width, y + height) for y in (top - height - gap, top + 2 * gap, bottom + gap)
              if 0 <= y <= shape[0] - height]
    free = [place for place in places if not any(_overlap(place, other) for other in taken)]
    edge = max(0, min(top, shape[0] - height))
    return (free or places or [(x, edge, x + width, edge + height)])[0]


def _overlap(first: tuple[int, int, int, int], second: tuple[int, int, int, int]) -> bool:
    return (first[0] < second[2] and second[0] < first[2]) and (first[1] < second[3] and second[1] < first[3])
