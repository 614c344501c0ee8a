"""What travels through a pipeline of clip transforms.

A transform takes a clip and the item's random generator and gives another clip, or `None` when nothing is left to train
on; the dataset then draws another one. All chance comes from the generator, so an item is a function of seed, epoch and
index.
"""

from collections.abc import Callable
from dataclasses import dataclass, replace

import numpy as np

from mmvist.structures import Video


@dataclass(frozen=True, eq=False)
class Annotations:
    """Objects of one frame as they stand in the file.

    Attributes:
        bboxes: (N, 4) float32, xyxy, pixels of the original image.
        labels: (N,) int64, index into the dataset's classes; -1 for an ignore region of no class.
        ids: (N,) int64, unique within the frame.
        ignore: (N,) bool, neither object nor background.
        masks: N COCO counts of the original size; `None` for a box without a mask.
    """

    bboxes: np.ndarray
    labels: np.ndarray
    ids: np.ndarray
    ignore: np.ndarray
    masks: tuple[bytes | None, ...]


@dataclass(frozen=True, eq=False)
class Objects:
    """Objects of one frame in the pixels of its image.

    Attributes:
        bboxes: (N, 4) float32, xyxy.
        labels: (N,) int64.
        ids: (N,) int64.
        ignore: (N,) bool.
        masks: (N, H, W) uint8, 0 or 1.
    """

    bboxes: np.ndarray
    labels: np.ndarray
    ids: np.ndarray
    ignore: np.ndarray
    masks: np.ndarray

    def __len__(self) -> int:
        return len(self.ids)

    def select(self, rows: np.ndarray) -> 'Objects':
        """Keep some rows, given as indices or as (N,) bool; every column alike."""
        return Objects(self.bboxes[rows], self.labels[rows], self.ids[rows], self.ignore[rows], self.masks[rows])


@dataclass(frozen=True, eq=False)
class ClipFrame:
    """One frame of a clip.

    Attributes:
        index: Its number in the video.
        key: Whether the detector trains on it; other frames are there to be compared with.
        path: Image file.
        annotations: As stored; `None` in testing.
        image: (H, W, 3) uint8, BGR; `None` until loaded.
        objects: In the image's pixels; `None` until loaded, and in testing.
        scale: Pixels of the image per original pixel, (x, y).
        flip: Whether the image is mirrored left to right.
        flow: (H, W, 3) float32, to the frame before, in the image's pixels: right, down, and 1 where that is known,
            else all are 0; `None` until loaded.
        flow_ahead: The same to the frame after.
    """

    index: int
    key: bool
    path: str
    annotations: Annotations | None = None
    image: np.ndarray | None = None
    objects: Objects | None = None
    scale: tuple[float, float] = (1.0, 1.0)
    flip: bool = False
    flow: np.ndarray | None = None
    flow_ahead: np.ndarray | None = None


@dataclass(frozen=True, eq=False)
class Clip:
    """Frames of one video.

    Attributes:
        video: The video, without its file names.
        frames: In the order of the clip sampler; all of one size.
    """

    video: Video
    frames: tuple[ClipFrame, ...]

    def map(self, change: Callable[[ClipFrame], ClipFrame]) -> 'Clip':
        """The clip with every frame changed alike."""
        return replace(self, frames=tuple(change(frame) for frame in self.frames))

    def has_objects(self) -> bool:
        """Whether any key frame shows an object that is not ignored."""
        return any(frame.key and frame.objects is not None and not frame.objects.ignore.all() for frame in self.frames)

    def has_flow(self) -> bool:
        """Whether flow is known anywhere."""
        flows = (flow for frame in self.frames for flow in (frame.flow, frame.flow_ahead) if flow is not None)
        return any(flow[..., 2].any() for flow in flows)
