"""Which items a process works on, and in which order."""

from collections.abc import Iterator, Sequence

import numpy as np
from mmengine.dist import get_dist_info, sync_random_seed
from torch.utils.data import Dataset, Sampler

from mmvist.datasets.wrappers import frame_index, leaves
from mmvist.registry import DATA_SAMPLERS


@DATA_SAMPLERS.register_module()
class ClipSampler(Sampler):
    """For training: all items in a new order every epoch, shared out among the processes.

    The order is a function of seed and epoch. Where the items do not divide evenly, the first ones of the order fill
    up, so that all processes take the same number of steps.

    Args:
        dataset: A `VideoDataset`, in any wrappers.
        seed: The same in all processes; by default they agree on a random one.
    """

    def __init__(self, dataset: Dataset, seed: int | None = None) -> None:
        self.dataset = dataset
        self.seed = sync_random_seed() if seed is None else seed
        self._rank, self._num_ranks = get_dist_info()
        self._epoch = 0
        self._leaves = list(leaves(dataset))

    def __iter__(self) -> Iterator[int]:
        order = np.random.default_rng([self.seed, self._epoch]).permutation(len(self.dataset))
        return iter(share(order, self._rank, self._num_ranks).tolist())

    def __len__(self) -> int:
        return -(-len(self.dataset) // self._num_ranks)

    def set_epoch(self, epoch: int) -> None:
        """Order and items become those of this epoch."""
        self._epoch = epoch
        for leaf in self._leaves:
            leaf.set_epoch(epoch)


@DATA_SAMPLERS.register_module()
class VideoSampler(Sampler):
    """For testing: whole videos, each on one process, frames in order, none twice and none left out.

    Videos are dealt out by number of frames, the longest first, each to the process with the least so far.

    Args:
        dataset: A `VideoDataset`, in any wrappers.
        seed: Not used; mmengine gives one to every sampler.
    """

    def __init__(self, dataset: Dataset, seed: int | None = None) -> None:
        self.dataset = dataset
        rank, num_ranks = get_dist_info()
        self.videos = frame_index(dataset)[:, 0]
        numbers, lengths = np.unique(self.videos, return_counts=True)
        mine = numbers[deal_out(lengths, num_ranks)[rank]]
        self._indices = np.flatnonzero(np.isin(self.videos, mine)).tolist()

    def __iter__(self) -> Iterator[int]:
        return iter(self._indices)

    def __len__(self) -> int:
        return len(self._indices)


@DATA_SAMPLERS.register_module()
class VideoBatchSampler(Sampler):
    """Batches of successive frames that never reach beyond a video's end.

    Args:
        sampler: A `VideoSampler`.
        batch_size: Most frames of a batch.
        drop_last: Leave out what is left at a video's end. Scores need every frame; timing may not.
    """

    def __init__(self, sampler: VideoSampler, batch_size: int, drop_last: bool = False) -> None:
        if not isinstance(sampler, VideoSampler):
            raise TypeError(f'VideoBatchSampler needs a VideoSampler, got {type(sampler).__name__}')
        if batch_size < 1:
            raise ValueError(f'VideoBatchSampler: batch_size must be at least 1, got {batch_size}')
        self.sampler, self.batch_size, self.drop_last = sampler, batch_size, drop_last

    def __iter__(self) -> Iterator[list[int]]:
        indices = list(self.sampler)
        videos = self.sampler.videos[indices]
        bounds = np.concatenate([[0], np.flatnonzero(np.diff(videos)) + 1, [len(indices)]])
        for start, end in zip(bounds[:-1], bounds[1:], strict=True):
            for first in range(start, end, self.batch_size):
                batch = indices[first:min(first + self.batch_size, end)]
                if len(batch) == self.batch_size or not self.drop_last:
                    yield batch

    def __len__(self) -> int:
        _, lengths = np.unique(self.sampler.videos[list(self.sampler)], return_counts=True)
        whole = lengths // self.batch_size if self.drop_last else -(-lengths // self.batch_size)
        return int(whole.sum())


def share(order: np.ndarray, rank: int, num_ranks: int) -> np.ndarray:
    """One process's part of an order: every `num_ranks`-th, filled up from the front to equal lengths."""
    return np.resize(order, -(-len(order) // num_ranks) * num_ranks)[rank::num_ranks]


def deal_out(lengths: Sequence[int], num_ranks: int) -> list[list[int]]:
    """Positions of the videos each process gets, rising; the longest are dealt first, ties by position."""
    shares: list[list[int]] = [[] for _ in range(num_ranks)]
    loads = np.zeros(num_ranks, np.int64)
    for video in np.argsort(-np.asarray(lengths, np.int64), kind='stable').tolist():
        rank = int(loads.argmin())
        shares[rank].append(video)
        loads[rank] += lengths[video]
    return [sorted(videos) for videos in shares]
