"""A frame on its way through the loop."""

from collections.abc import Mapping
from dataclasses import dataclass, field

from torch import Tensor

from mmvist.structures.video import Video


@dataclass(frozen=True, eq=False)
class Frame:
    """What the slots may look at beside the detections; dropped when the frame is done.

    Attributes:
        video: The video it belongs to.
        index: Its number in the video, from 0.
        image: (3, H, W) network input: normalised, padded.
        height: Rows of the network input that are image, not padding.
        width: Columns of the network input that are image, not padding.
        scale: Network pixels per original pixel, (x, y).
        features: Feature maps (C, h, w), from fine to coarse, by the name of what made them ('neck', ...); set by the
            detector.
    """

    video: Video
    index: int
    image: Tensor
    height: int
    width: int
    scale: tuple[float, float]
    features: Mapping[str, tuple[Tensor, ...]] = field(default_factory=dict)
