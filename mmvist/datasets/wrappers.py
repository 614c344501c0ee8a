"""Looking through mmengine's dataset wrappers."""

from collections.abc import Iterator

import numpy as np
from mmengine.dataset import ClassBalancedDataset, ConcatDataset, RepeatDataset
from mmengine.runner.runner import _SlicedDataset
from torch.utils.data import Dataset

from mmvist.datasets.video_dataset import VideoDataset


def leaves(dataset: Dataset) -> Iterator[VideoDataset]:
    """The `VideoDataset`s inside any nesting of wrappers.

    Raises:
        TypeError: Something else is among them.
    """
    if isinstance(dataset, VideoDataset):
        yield dataset
    elif isinstance(dataset, ConcatDataset):
        for part in dataset.datasets:
            yield from leaves(part)
    elif isinstance(dataset, RepeatDataset | ClassBalancedDataset):
        yield from leaves(dataset.dataset)
    elif isinstance(dataset, _SlicedDataset):  # mmengine's `num_batch_per_epoch`
        yield from leaves(dataset._dataset)
    else:
        raise TypeError(f'a VideoDataset is needed, alone or in ConcatDataset, RepeatDataset or ClassBalancedDataset, '
                        f'got {type(dataset).__name__}')


def frame_index(dataset: Dataset) -> np.ndarray:
    """(N, 2) int64: number of the video and frame of every item.

    Videos are numbered through all parts of a concatenation, and anew in each repetition: what is shown twice counts as
    two videos. The frame of an item that stands for a video is the first that it may be drawn from.
    """
    if isinstance(dataset, ConcatDataset):
        return _numbered_on([frame_index(part) for part in dataset.datasets])
    if isinstance(dataset, RepeatDataset):
        return _numbered_on([frame_index(dataset.dataset)] * dataset.times)
    if isinstance(dataset, ClassBalancedDataset):
        return frame_index(dataset.dataset)[dataset.repeat_indices]
    if isinstance(dataset, _SlicedDataset):
        return frame_index(dataset._dataset)[:len(dataset)]
    (leaf,) = leaves(dataset)
    return np.asarray(leaf.data_list, np.int64).reshape(-1, 2)


def _numbered_on(parts: list[np.ndarray]) -> np.ndarray:
    result, before = [np.zeros((0, 2), np.int64)], 0
    for part in parts:
        result.append(part + [before, 0])
        before += int(part[:, 0].max(initial=-1)) + 1
    return np.concatenate(result)
