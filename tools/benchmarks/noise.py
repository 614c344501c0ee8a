"""Frames to measure with."""

from collections.abc import Sequence

import numpy as np
import torch
from mmdet.structures import DetDataSample, TrackDataSample
from mmdet.structures.mask import BitmapMasks
from mmengine.structures import InstanceData

from mmvist.structures import Video


def noise_frames(indices: Sequence[int], size: tuple[int, int]) -> dict:
    """Successive frames of noise of one video, as a loader gives them.

    Args:
        indices: Their numbers.
        size: Height and width.
    """
    clips = [_clip([index], size, Video(0, 'noise', *size, 10_000)) for index in indices]
    images = _images(indices, size)
    return {'inputs': list(images[:, None]), 'data_samples': clips}


def noise_clips(num_clips: int, length: int, size: tuple[int, int], num_objects: int = 8) -> dict:
    """Clips of noise to train on, with objects side by side that move by a few pixels a frame.

    Args:
        num_clips: Clips, all alike but for their noise.
        length: Frames of each.
        size: Height and width.
        num_objects: Objects of a frame; their labels are 0 and 1.
    """
    clips = [_clip(range(length), size, Video(number, 'noise', *size, length), num_objects)
             for number in range(num_clips)]
    return {'inputs': [_images(range(number, number + length), size) for number in range(num_clips)],
            'data_samples': clips}


def _images(indices: Sequence[int], size: tuple[int, int]) -> torch.Tensor:
    generator = np.random.default_rng(indices[0])
    return torch.from_numpy(generator.integers(0, 256, (len(indices), 3, *size), dtype=np.uint8))


def _clip(indices: Sequence[int], size: tuple[int, int], video: Video, num_objects: int | None = None
          ) -> TrackDataSample:
    samples = []
    for index in indices:
        sample = DetDataSample(metainfo=dict(img_path='', ori_shape=size, img_shape=size, scale_factor=(1., 1.),
                                             flip=False, frame=index, key=True, video=video))
        if num_objects is not None:
            _add_truth(sample, index, size, num_objects)
        samples.append(sample)
    clip = TrackDataSample()
    clip.video_data_samples = samples
    return clip


def _add_truth(sample: DetDataSample, index: int, size: tuple[int, int], num_objects: int) -> None:
    height, width = size
    step, rows = (width - 40) // num_objects, slice(2 * height // 5, 2 * height // 3)
    lefts = 10 + step * np.arange(num_objects) + 3 * index
    masks = np.zeros((num_objects, *size), np.uint8)
    for mask, left in zip(masks, lefts, strict=True):
        mask[rows, left:left + 3 * step // 4] = 1
    boxes = [[left, rows.start, left + 3 * step // 4, rows.stop] for left in lefts]
    sample.gt_instances = InstanceData(
        bboxes=torch.tensor(boxes, dtype=torch.float32), labels=torch.arange(num_objects) % 2,
        ids=torch.arange(num_objects), masks=BitmapMasks(masks, *size))
    sample.ignored_instances = InstanceData(bboxes=torch.zeros(0, 4), labels=torch.zeros(0, dtype=torch.long))
