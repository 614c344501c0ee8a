"""Frames to measure with."""

from collections.abc import Sequence

import numpy as np
import torch
from mmdet.structures import DetDataSample, TrackDataSample

from mmvist.structures import Video


def noise_frames(indices: Sequence[int], size: tuple[int, int]) -> dict:
    """Successive frames of noise of one video, as a loader gives them.

    Args:
        indices: Their numbers.
        size: Height and width.
    """
    generator = np.random.default_rng(indices[0])
    images = torch.from_numpy(generator.integers(0, 256, (len(indices), 1, 3, *size), dtype=np.uint8))
    clips = []
    for index in indices:
        clip = TrackDataSample()
        clip.video_data_samples = [DetDataSample(metainfo=dict(
            img_path='', ori_shape=size, img_shape=size, scale_factor=(1., 1.), flip=False, frame=index, key=True,
            video=Video(0, 'noise', *size, 10_000)))]
        clips.append(clip)
    return {'inputs': list(images), 'data_samples': clips}
