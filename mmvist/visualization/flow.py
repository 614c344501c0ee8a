"""Optical flow as colours: the direction is a hue, the length how strong it is (Baker et al., IJCV 2011)."""

from collections.abc import Sequence

import numpy as np

from mmvist.io.flow import is_known
from mmvist.registry import DRAWINGS
from mmvist.structures import FrameResult
from mmvist.visualization.feature_maps import feature_map, laid_over

# Colours from red to yellow, green, cyan, blue, magenta and back; there are more where the eye tells more apart.
STEPS = (15, 6, 4, 11, 13, 6)
CORNERS = ((255, 0, 0), (255, 255, 0), (0, 255, 0), (0, 255, 255), (0, 0, 255), (255, 0, 255))
# Percentile of the lengths that is drawn in full colour.
SHOWN = 98
# Part that a frame has in the length that is; lengths of frames by themselves would flicker.
SHARE = 0.1
# What is longer is darker.
TOO_LONG = 0.75
UNKNOWN_GREY = 96


def flow_colours(flow: np.ndarray, longest: float) -> np.ndarray:
    """Flow (H, W, 2), right and down, as colours (H, W, 3), uint8 BGR: white where nothing moves.

    Args:
        flow: Pixels.
        longest: Length of full colour.
    """
    wheel = _wheel()
    share = np.linalg.norm(flow, axis=2) / max(longest, 1e-6)
    # To the right is red, down is yellow.
    place = (np.arctan2(-flow[..., 1], -flow[..., 0]) / np.pi + 1) / 2 * len(wheel)
    low = np.floor(place).astype(int)
    part = (place - low)[..., None]
    colours = (1 - part) * wheel[low % len(wheel)] + part * wheel[(low + 1) % len(wheel)]
    share = share[..., None]
    colours = np.where(share <= 1, 255 - share * (255 - colours), TOO_LONG * colours)
    return np.rint(colours[..., ::-1]).astype(np.uint8)


@DRAWINGS.register_module()
class ShowFlow:
    """Shows how pixels moved since the frame before, in place of the image; colours follow the video slowly."""

    features = ('flow',)

    def remember(self, longest: float | None, result: FrameResult) -> float:
        """The length of full colour, pixels."""
        flow = feature_map(result, 'flow').transpose(1, 2, 0)
        lengths = np.linalg.norm(flow[is_known(flow)], axis=1)
        new = float(np.percentile(lengths, SHOWN)) if len(lengths) else 0.0
        return new if longest is None or longest == 0 else (1 - SHARE) * longest + SHARE * new

    def draw(self, image: np.ndarray, result: FrameResult, classes: Sequence[str], longest: float | None = None
             ) -> np.ndarray:
        """The colours at the size of the image (H, W, 3), uint8 BGR; of where things went, not where they came from."""
        longest = self.remember(None, result) if longest is None else longest
        flow = feature_map(result, 'flow').transpose(1, 2, 0)
        colours = np.where(is_known(flow)[..., None], flow_colours(-flow, longest), np.uint8(UNKNOWN_GREY))
        return laid_over(colours, image)


def _wheel() -> np.ndarray:
    """(55, 3) RGB."""
    parts = [np.linspace(first, last, steps, endpoint=False) for first, last, steps in
             zip(CORNERS, (*CORNERS[1:], CORNERS[0]), STEPS, strict=True)]
    return np.concatenate(parts)
