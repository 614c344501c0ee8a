"""Several pictures of a frame, side by side."""

from collections.abc import Mapping, Sequence

import numpy as np

from mmvist.structures import FrameResult
from mmvist.visualization.colours import GREY, GROUND
from mmvist.visualization.montage import montage
from mmvist.visualization.overlay import Overlay
from mmvist.visualization.text import chip_size, font_scale, put_text

# Width to height of a screen; panels are laid out to come near it.
SCREEN = 16 / 9
BLACK = (0, 0, 0)


class Panels:
    """Overlays of one frame in a grid, each under its title; takes the place of one overlay.

    Args:
        classes: Class names; labels are indices into them.
        panels: Title -> configs of the parts of its overlay; without parts it is the image.
        min_score: Instances below it are not drawn.

    Raises:
        ValueError: There is no panel.
    """

    def __init__(self, classes: Sequence[str], panels: Mapping[str, Sequence[dict]], min_score: float = 0.0) -> None:
        if not panels:
            raise ValueError('Panels: there must be a panel at least')
        self.classes = tuple(classes)
        self._overlays = {title: Overlay(classes, drawings, min_score) for title, drawings in panels.items()}

    def reset(self) -> None:
        """Forget the past frames."""
        for overlay in self._overlays.values():
            overlay.reset()

    def draw(self, image: np.ndarray, result: FrameResult) -> np.ndarray:
        """Draw the next frame; see `Overlay.draw`."""
        drawn = [overlay.draw(image, result) for overlay in self._overlays.values()]
        scale = font_scale(drawn[0])
        # Not every letter is as high.
        height = max(chip_size(title, scale)[1] for title in self._overlays)
        cells = [np.concatenate([_bar(title, height, panel.shape[1], scale), panel])
                 for title, panel in zip(self._overlays, drawn, strict=True)]
        return montage(cells, _num_columns(len(cells), *cells[0].shape[:2]), ground=BLACK)


def _bar(title: str, height: int, width: int, scale: float) -> np.ndarray:
    """A title (height, width, 3), in the middle."""
    bar = np.full((height, width, 3), GROUND, np.uint8)
    put_text(bar, title, (width - chip_size(title, scale)[0]) // 2, height - height // 3, scale, GREY)
    return bar


def _num_columns(count: int, height: int, width: int) -> int:
    """Columns with which so many panels of a size come nearest to a screen's shape, no wider than their rows need."""
    columns = {-(-count // rows) for rows in range(1, count + 1)}
    return min(columns, key=lambda across: abs(np.log(across * width / (-(-count // across) * height) / SCREEN)))
