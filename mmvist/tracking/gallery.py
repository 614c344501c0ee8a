"""A gallery: the embeddings of many detections of a track."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import torch
from torch import Tensor


@dataclass(frozen=True, eq=False)
class Gallery:
    """A column of `Instances`: for each track a ring of embeddings.

    Attributes:
        embeds: (N, K, E); a track that has fewer than K repeats its first.
        counts: (N,) int64, embeddings that each track was ever given.
    """

    embeds: Tensor
    counts: Tensor

    @classmethod
    def of(cls, embeds: Tensor) -> 'Gallery':
        """Galleries of one embedding each, from (N, E)."""
        return cls(embeds[:, None], torch.ones(len(embeds), dtype=torch.int64, device=embeds.device))

    def __len__(self) -> int:
        return len(self.embeds)

    def __getitem__(self, index: Tensor | slice) -> 'Gallery':
        return Gallery(self.embeds[index], self.counts[index])

    def cat(self, parts: Sequence['Gallery']) -> 'Gallery':
        """Rows of several columns, one after another."""
        width = max(part.embeds.shape[1] for part in parts)
        return Gallery(torch.cat([part._widened(width) for part in parts]), torch.cat([part.counts for part in parts]))

    def to(self, device: torch.device | str) -> 'Gallery':
        """A copy on another device."""
        return Gallery(self.embeds.to(device), self.counts.to(device))

    def added(self, embeds: Tensor, budget: int) -> 'Gallery':
        """Give every track one more (N, E); beyond `budget` its oldest goes."""
        if len(self) == 0:
            return self
        places = self.counts % budget
        # One place more than the fullest can need: how full they are is known to the device alone.
        rings = self._widened(min(self.embeds.shape[1] + 1, budget)).clone()
        rings[torch.arange(len(rings), device=rings.device), places] = embeds.to(rings)
        return Gallery(rings, self.counts + 1)

    def parts(self, size: int) -> Iterator['Gallery']:
        """Some tracks after another, each part no wider than the fullest of them needs; at least one part."""
        counts = self.counts.tolist()
        for first in range(0, max(len(self), 1), size):
            rows, width = slice(first, first + size), max(counts[first:first + size], default=1)
            yield Gallery(self.embeds[rows, :width], self.counts[rows])

    def nearest(self, distances: Tensor) -> Tensor:
        """Least distance (N, D) of each track's ring, from those of all its entries (N * K, D)."""
        return distances.view(*self.embeds.shape[:2], distances.shape[1]).amin(dim=1)

    def _widened(self, width: int) -> Tensor:
        missing = width - self.embeds.shape[1]
        if missing == 0:
            return self.embeds
        return torch.cat([self.embeds, self.embeds[:, :1].expand(-1, missing, -1)], dim=1)
