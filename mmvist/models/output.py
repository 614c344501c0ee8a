"""How the instances of a frame leave the loop: pasted once, at the original size, as run-length codes."""

import numpy as np

from mmvist.structures import FrameResult, rle
from mmvist.structures.frames import Frame
from mmvist.structures.instances import Instances


def to_result(instances: Instances, frame: Frame, disjoint_masks: bool) -> FrameResult:
    """Bring instances to the original image and to the host; those without a pixel are left out.

    Args:
        instances: bboxes, scores, labels, ids and masks, in pixels of the network input.
        frame: Their frame.
        disjoint_masks: Give a pixel under several masks to the highest score.
    """
    video = frame.video
    scores = instances.scores.cpu().numpy().astype(np.float32)
    bboxes = instances.bboxes.cpu().numpy() / np.array([*frame.scale, *frame.scale], np.float32)
    limits = np.array([video.width, video.height, video.width, video.height], np.float32)
    masks = instances.masks.encode(frame.scale, video.height, video.width, scores if disjoint_masks else None)
    rows = np.flatnonzero(rle.area(masks, video.height, video.width))
    return FrameResult(video, frame.index, instances.ids.cpu().numpy()[rows], instances.labels.cpu().numpy()[rows],
                       scores[rows], np.clip(bboxes, 0, limits)[rows], tuple(masks[row] for row in rows))
