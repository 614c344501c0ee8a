"""How the instances of a frame leave the loop: pasted once, at the original size, as run-length codes."""

from collections.abc import Sequence
from dataclasses import replace

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


def with_features(result: FrameResult, frame: Frame, names: Sequence[str]) -> FrameResult:
    """Add what a frame's detector knows of the whole image, the finest map of each name without its padding.

    Raises:
        ValueError: The detector made nothing of a name.
    """
    missing = [name for name in names if name not in frame.features]
    if missing:
        raise ValueError(f'the detector makes no features {missing} of a frame; it makes {sorted(frame.features)}')
    found = {}
    for name in names:
        values = frame.features[name][0]
        if values.ndim == 3:
            step = frame.image.shape[-1] / values.shape[-1]
            values = values[:, :round(frame.height / step), :round(frame.width / step)]
        found[name] = values.float().cpu().numpy()
    return replace(result, features=found)
