"""Depth as colours."""

from collections.abc import Sequence

import cv2
import numpy as np

from mmvist.registry import DRAWINGS
from mmvist.structures import FrameResult
from mmvist.visualization.feature_maps import feature_map, laid_over

# Percentiles of the image that are shown as the darkest and the brightest.
SHOWN = (2, 98)
# Part that a frame has in the range it is shown in; ranges of frames by themselves would flicker.
SHARE = 0.1


@DRAWINGS.register_module()
class ShowDepth:
    """Shows the depth of each pixel in place of the image: what is nearer is brighter, by inverse depth.

    Depth that is learned from video alone has no unit, so the range of colours follows the video slowly.
    """

    features = ('depth',)

    def remember(self, limits: np.ndarray | None, result: FrameResult) -> np.ndarray:
        """The inverse depths (2,) that are darkest and brightest."""
        new = np.percentile(1 / feature_map(result, 'depth'), SHOWN)
        return new if limits is None else (1 - SHARE) * limits + SHARE * new

    def draw(self, image: np.ndarray, result: FrameResult, classes: Sequence[str], limits: np.ndarray | None = None
             ) -> np.ndarray:
        """The colours at the size of the image (H, W, 3), uint8 BGR."""
        low, high = self.remember(None, result) if limits is None else limits
        nearness = (1 / feature_map(result, 'depth')[0] - low) / max(high - low, np.finfo(np.float32).tiny)
        levels = np.round(255 * np.clip(nearness, 0, 1)).astype(np.uint8)
        return laid_over(cv2.applyColorMap(levels, cv2.COLORMAP_MAGMA), image)
