"""Embeddings of the instances' pixels as points."""

from collections.abc import Sequence

import cv2
import numpy as np

from mmvist.registry import DRAWINGS
from mmvist.structures import FrameResult
from mmvist.visualization.canvas import line_width
from mmvist.visualization.colours import GROUND, colour
from mmvist.visualization.embedding_view import EmbeddingView, embeddings_of, follow, rows_of
from mmvist.visualization.outline import SHIFT

NUM_AXES = 2
MAX_POINTS = 2000
WHITE = (255, 255, 255)


@DRAWINGS.register_module()
class ShowEmbeddingScatter:
    """Shows the embeddings of the instances' pixels in place of the image, in the tracks' colours.

    They are seen along their two principal axes, see `follow`, at one scale for both. Around the mean of each instance
    are circles: what they leave out is at least as far away in the space of embeddings, too.

    Args:
        radii: Of the circles, in units of embeddings.

    Raises:
        ValueError: There is no radius, or one that is not above 0.
    """

    features = ('embedding',)

    def __init__(self, radii: Sequence[float]) -> None:
        if not radii or min(radii) <= 0:
            raise ValueError(f'ShowEmbeddingScatter: radii must be above 0, got {list(radii)}')
        self.radii = tuple(radii)

    def remember(self, view: EmbeddingView | None, result: FrameResult) -> EmbeddingView:
        """The axes and the limits."""
        return follow(view, result, NUM_AXES)

    def draw(self, image: np.ndarray, result: FrameResult, classes: Sequence[str],
             view: EmbeddingView | None = None) -> np.ndarray:
        """The points in an image of the same size (H, W, 3), uint8 BGR."""
        view = self.remember(None, result) if view is None else view
        height, width = image.shape[:2]
        # The outermost circle of the farthest instance fits in.
        scale = min(np.array([width, height]) / 2 / (view.reach + max(self.radii)))
        embeddings, rows = embeddings_of(result, NUM_AXES), rows_of(result)
        step = -(-np.count_nonzero(rows >= 0) // MAX_POINTS)
        plot, thickness, means = np.full_like(image, GROUND), line_width(image), []
        for row in np.argsort(result.ids, kind='stable').tolist():
            places = view.project(embeddings[rows == row])
            # Upwards is positive.
            pixels = np.array([width / 2, height / 2]) + scale * places * (1, -1)
            if len(pixels):
                means.append((pixels.mean(0), colour(int(result.ids[row]))))
                for point in pixels[::step]:
                    _circle(plot, point, thickness, means[-1][1], cv2.FILLED)
        for mean, track_colour in means:
            for radius in self.radii:
                _circle(plot, mean, scale * radius, track_colour, thickness)
        for mean, track_colour in means:
            _circle(plot, mean, 4 * thickness, WHITE, cv2.FILLED)
            _circle(plot, mean, 3 * thickness, track_colour, cv2.FILLED)
        return plot


def _circle(image: np.ndarray, centre: np.ndarray, radius: float, ring_colour: tuple[int, int, int], thickness: int
            ) -> None:
    """Draw a circle around xy into the image itself."""
    # Pixel centres: 0.5 of the plot is 0 to OpenCV.
    x, y = np.round((centre - 0.5) * (1 << SHIFT)).astype(int).tolist()
    cv2.circle(image, (x, y), round(radius * (1 << SHIFT)), ring_colour, thickness, cv2.LINE_AA, SHIFT)
