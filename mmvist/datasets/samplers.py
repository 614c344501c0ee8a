"""Which items a process works on, and in which order."""

from collections.abc import Iterator, Sequence

import numpy as np
from mmengine.dataset import ConcatDataset
from mmengine.dist import get_dist_info, sync_random_seed
from torch.utils.data import Dataset, Sampler

from mmvist.datasets.wrappers import frame_index, leaves
from mmvist.registry import DATA_SAMPLERS


@DATA_SAMPLERS.register_module()
class ClipSampler(Sampler):
    """For training: all items in a new order every epoch, shared out among the processes.

    The order is a function of seed and epoch. Where the items do not divide evenly, the first ones of the order fill
    up, so that all processes take the same number of steps.

    A mixture, a `ConcatDataset` with `shares`, has exactly these shares in every epoch: of a part that is larger than
    its share some items, drawn anew each epoch; of a smaller one all items, once, twice, and so on. Without `shares`,
    `num_items` are drawn of the whole dataset as of one part. What comes twice in an epoch is the same item, chance
    included.

    Args:
        dataset: A `VideoDataset`, in any wrappers.
        seed: The same in all processes; by default they agree on a random one.
        shares: Of each part of the mixture, above 0; they are taken relative to their sum.
        num_items: Items of an epoch; by default as many as the dataset has.
        frames_per_item: An epoch has an item for so many frames, drawn anew each time: with clips of this length each
            frame is seen once on average. Goes without `num_items`.

    Raises:
        ValueError: The shares do not fit the dataset, it has no items to draw `num_items` from, or a number is below 1.
    """

    def __init__(self, dataset: Dataset, seed: int | None = None, shares: Sequence[float] | None = None,
                 num_items: int | None = None, frames_per_item: int = 1) -> None:
        if shares is not None and (not isinstance(dataset, ConcatDataset) or len(shares) != len(dataset.datasets)
                                   or min(shares) <= 0 or min(map(len, dataset.datasets)) == 0):
            raise ValueError('ClipSampler: shares need a ConcatDataset, and one number above 0 for each of its parts, '
                             f'none of them empty, got {list(shares)} for {_described(dataset)}')
        if num_items is not None and (num_items < 1 or len(dataset) == 0):
            raise ValueError('ClipSampler: num_items must be at least 1 and needs a dataset with items, got '
                             f'{num_items} for a {type(dataset).__name__} of {len(dataset)}')
        if frames_per_item < 1 or (frames_per_item > 1 and num_items is not None):
            raise ValueError('ClipSampler: frames_per_item must be at least 1 and goes without num_items, got '
                             f'{frames_per_item} and {num_items}')
        self.dataset, self.shares = dataset, shares
        self.num_items = -(-len(dataset) // frames_per_item) if num_items is None else num_items
        self.seed = sync_random_seed() if seed is None else seed
        self._rank, self._num_ranks = get_dist_info()
        self._epoch = 0
        self._leaves = list(leaves(dataset))

    def __iter__(self) -> Iterator[int]:
        rng = np.random.default_rng([self.seed, self._epoch])
        if self.shares is None:
            order = rounds(len(self.dataset), self.num_items, rng)
        else:
            order = mixture([len(part) for part in self.dataset.datasets], self.shares, self.num_items, rng)
        return iter(share(order, self._rank, self._num_ranks).tolist())

    def __len__(self) -> int:
        return -(-self.num_items // self._num_ranks)

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


def mixture(lengths: Sequence[int], shares: Sequence[float], num_items: int, rng: np.random.Generator) -> np.ndarray:
    """Draw items of several parts that are numbered on, in random order; see `ClipSampler`.

    Args:
        lengths: Items of each part, at least one.
        shares: Of each part, above 0.
        num_items: How many to draw, (num_items,) int64; each part's number is rounded so that the sum is exact.
        rng: Where chance comes from.
    """
    ends = np.rint(np.cumsum(shares) / np.sum(shares) * num_items).astype(np.int64)
    drawn, before = [], 0
    for length, wanted in zip(lengths, np.diff(ends, prepend=0).tolist(), strict=True):
        drawn.append(before + rounds(length, wanted, rng))
        before += length
    return rng.permutation(np.concatenate(drawn))


def rounds(length: int, num_items: int, rng: np.random.Generator) -> np.ndarray:
    """Draw items, all of `length` before one comes again, in a new order each time: (num_items,) int64."""
    orders = [rng.permutation(length) for _ in range(-(-num_items // max(length, 1)))]
    return np.concatenate([np.zeros(0, np.int64), *orders])[:num_items]


def share(order: np.ndarray, rank: int, num_ranks: int) -> np.ndarray:
    """One process's part of an order: every `num_ranks`-th, filled up from the front to equal lengths."""
    return np.resize(order, -(-len(order) // num_ranks) * num_ranks)[rank::num_ranks]


def _described(dataset: Dataset) -> str:
    parts = f' of {[len(part) for part in dataset.datasets]} items' if isinstance(dataset, ConcatDataset) else ''
    return f'{type(dataset).__name__}{parts}'


def deal_out(lengths: Sequence[int], num_ranks: int) -> list[list[int]]:
    """Positions of the videos each process gets, rising; the longest are dealt first, ties by position."""
    shares: list[list[int]] = [[] for _ in range(num_ranks)]
    loads = np.zeros(num_ranks, np.int64)
    for video in np.argsort(-np.asarray(lengths, np.int64), kind='stable').tolist():
        rank = int(loads.argmin())
        shares[rank].append(video)
        loads[rank] += lengths[video]
    return [sorted(videos) for videos in shares]
