"""How the instances of a frame leave the loop: pasted once, at the original size, as run-length codes."""

import numpy as np

from mmvist.structures import rle
from mmvist.structures.frames import Frame
from mmvist.structures.instances import Instances
from mmvist.structures.video import FrameResult


def to_result(instances: Instances, frame: Frame, disjoint_masks: bool, complete: bool = False) -> FrameResult:
    """Bring instances to the original image and to the host.

    Boxes are cut off at the image's border, and instances without a pixel are left out. Instances that are boxes alone
    stay as they are: MOT's boxes go on beyond the image.

    Args:
        instances: bboxes, scores, labels, ids and, unless they are boxes alone, masks, in pixels of the network input.
        frame: Their frame.
        disjoint_masks: Give a pixel under several masks to the highest score.
        complete: Keep all there is: embeddings, instances without a pixel, and boxes as they are.
    """
    video = frame.video
    scores = instances.scores.cpu().numpy().astype(np.float32)
    bboxes = instances.bboxes.cpu().numpy() / np.array([*frame.scale, *frame.scale], np.float32)
    embeds = instances.embeds.float().cpu().numpy() if complete and 'embeds' in instances else None
    ids, labels = instances.ids.cpu().numpy(), instances.labels.cpu().numpy()
    if 'masks' not in instances:
        return FrameResult(video, frame.index, ids, labels, scores, bboxes, (None,) * len(ids), embeds=embeds)
    masks = instances.masks.encode(frame.scale, video.height, video.width, scores if disjoint_masks else None)
    if complete:
        return FrameResult(video, frame.index, ids, labels, scores, bboxes, tuple(masks), embeds=embeds)
    limits = np.array([video.width, video.height, video.width, video.height], np.float32)
    result = FrameResult(video, frame.index, ids, labels, scores, np.clip(bboxes, 0, limits), tuple(masks))
    area = rle.area(masks, video.height, video.width)
    return result if area.all() else result.select(np.flatnonzero(area))
