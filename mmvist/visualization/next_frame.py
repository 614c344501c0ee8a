"""The frame that was predicted, and proposals for it."""

import math
from collections.abc import Sequence

import cv2
import numpy as np

from mmvist.registry import DRAWINGS
from mmvist.structures import FrameResult
from mmvist.visualization.canvas import enlargement, line_width
from mmvist.visualization.colours import colour
from mmvist.visualization.feature_maps import feature_map, laid_over
from mmvist.visualization.outline import box_contour, draw_contours


@DRAWINGS.register_module()
class ShowNextFrame:
    """Shows, in place of the image, what the frame before predicted it to be; black in a video's first frame."""

    features = ('next_frame',)

    def remember(self, memory: tuple[np.ndarray | None, np.ndarray] | None, result: FrameResult
                 ) -> tuple[np.ndarray | None, np.ndarray]:
        """The prediction of this frame, and of the next."""
        return (None if memory is None else memory[1]), feature_map(result, 'next_frame')

    def draw(self, image: np.ndarray, result: FrameResult, classes: Sequence[str],
             memory: tuple[np.ndarray | None, np.ndarray] | None = None) -> np.ndarray:
        """The prediction at the size of the image (H, W, 3), uint8 BGR."""
        if memory is None or memory[0] is None:
            return np.zeros_like(image)
        picture = np.clip(np.round(memory[0][::-1].transpose(1, 2, 0)), 0, 255).astype(np.uint8)
        return cv2.resize(picture, image.shape[1::-1], interpolation=cv2.INTER_LINEAR)


@DRAWINGS.register_module()
class DrawProposals:
    """Draws where the objects of the frame before are expected, a box in the colour of its track."""

    features = ('proposals',)

    def draw(self, image: np.ndarray, result: FrameResult, classes: Sequence[str], memory: None = None
             ) -> np.ndarray:
        """A copy of the image (H, W, 3) uint8 BGR with the boxes."""
        drawn, width = image.copy(), line_width(image)
        for *bbox, track in feature_map(result, 'proposals').tolist():
            contour = box_contour(np.array(bbox) * enlargement(image, result.video))
            draw_contours(drawn, [contour], colour(int(track)), width)
        return drawn


@DRAWINGS.register_module()
class ShowCorrelation:
    """Shows, in place of the image, how latents correlate: a row a channel, a column a group of it.

    Green where a group's latents vary together, red where they vary against each other; as bright as can be at twice,
    or half, the variance of independent ones, which are black.
    """

    features = ('correlation',)

    def draw(self, image: np.ndarray, result: FrameResult, classes: Sequence[str], memory: None = None
             ) -> np.ndarray:
        """The colours at the size of the image (H, W, 3), uint8 BGR."""
        share = feature_map(result, 'correlation') / math.log(2)
        shades = np.round(255 * np.stack([np.zeros_like(share), share, -share], axis=2)).clip(0, 255).astype(np.uint8)
        return laid_over(shades, image)
