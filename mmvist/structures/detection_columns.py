"""Stored detections as `Instances`, frame by frame."""

import numpy as np
import torch

from mmvist.structures import rle
from mmvist.structures.detections import VideoDetections
from mmvist.structures.instances import Instances
from mmvist.structures.masks import RLEMasks


class DetectionColumns:
    """A video's detections as tensors in network coordinates: made once, cut into frames.

    There are `embeds` where the detections have some, and `masks`, as pixels, unless every row is a box alone: then
    nothing downstream takes boxes for masks. Where only some rows are, their boxes are filled, as in one video all
    instances must have the same columns.

    Args:
        detections: The detections.
        scale: Network pixels per original pixel, (x, y).
        device: Where the tensors of a frame go; those of the video stay on the host.
    """

    def __init__(self, detections: VideoDetections, scale: tuple[float, float] = (1.0, 1.0),
                 device: torch.device | str = 'cpu') -> None:
        video = self.video = detections.video
        columns = {name: torch.from_numpy(getattr(detections, name))
                   for name in ('bboxes', 'scores', 'labels', 'embeds') if getattr(detections, name) is not None}
        columns['bboxes'] = columns['bboxes'] * torch.tensor([*scale, *scale])
        masks = _all_masks(detections)
        if masks is not None:
            columns['masks'] = RLEMasks(masks, video.height, video.width)
        self._rows, self._offsets, self._device = Instances(**columns), detections.offsets.tolist(), device

    def at(self, frame: int) -> Instances:
        """The detections of one frame: bboxes, scores, labels, and embeds and masks as far as there are."""
        return self._rows[self._offsets[frame]:self._offsets[frame + 1]].to(self._device)


def _all_masks(detections: VideoDetections) -> tuple[bytes, ...] | None:
    """A mask for every row, or `None` where no row has one."""
    masks, size = detections.masks, (detections.video.height, detections.video.width)
    missing = masks.count(None)
    if missing == 0:
        return masks
    if missing == len(masks):
        return None
    return tuple(filled_box(bbox, *size) if mask is None else mask
                 for mask, bbox in zip(masks, detections.bboxes, strict=True))


def filled_box(bbox: np.ndarray, height: int, width: int) -> bytes:
    """The mask of the pixels whose centres lie in a box (4,) xyxy."""
    left, top, right, bottom = np.clip(np.ceil(bbox - 0.5), 0, [width, height, width, height]).astype(int).tolist()
    crop = np.ones((max(bottom - top, 0), max(right - left, 0)), bool)
    return rle.encode_crop(crop, top, left, height, width)
