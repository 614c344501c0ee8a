"""A gallery: the embeddings of many detections of a track."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import ClassVar

import numpy as np
import torch
from torch import Tensor

# With a hundred looks each, their distances from some hundred detections stay in a processor's cache.
TRACKS_AT_ONCE = 16


@dataclass(frozen=True, eq=False)
class Gallery:
    """A column of `Instances`: what each track looked like, as embeddings that are never copied while it is kept.

    Attributes:
        looks: N tensors (K, E), the oldest look first; K differs from track to track.
    """

    looks: tuple[Tensor, ...]
    on_host: ClassVar[bool] = True

    @classmethod
    def of(cls, embeds: Tensor) -> 'Gallery':
        """Galleries of one embedding each, from (N, E)."""
        # Copies: a part of the frame's embeddings would keep all of them.
        return cls(tuple(look.clone() for look in embeds[:, None].unbind()))

    def __len__(self) -> int:
        return len(self.looks)

    def __getitem__(self, index: np.ndarray | Tensor | slice) -> 'Gallery':
        if isinstance(index, slice):
            return Gallery(self.looks[index])
        index = index.cpu().numpy() if isinstance(index, Tensor) else index
        return Gallery(tuple(self.looks[row] for row in np.arange(len(self))[index].tolist()))

    def cat(self, parts: Sequence['Gallery']) -> 'Gallery':
        """Rows of several columns, one after another."""
        return Gallery(tuple(looks for part in parts for looks in part.looks))

    def to(self, device: torch.device | str) -> 'Gallery':
        """A copy on another device."""
        return Gallery(tuple(looks.to(device) for looks in self.looks))

    def added(self, embeds: Tensor, budget: int) -> 'Gallery':
        """Give every track one more (N, E); beyond `budget` its oldest goes."""
        return Gallery(tuple(torch.cat([looks[max(len(looks) + 1 - budget, 0):], look.to(looks)])
                             for looks, look in zip(self.looks, embeds[:, None].unbind(), strict=True)))

    def nearest(self, distance: Callable[[Tensor], Tensor], empty: Tensor) -> Tensor:
        """Least distance of each track's looks.

        Args:
            distance: From looks (K, E) to their distances (K, D).
            empty: (0, D), the answer without tracks.
        """
        rows = [empty]
        for first in range(0, len(self), TRACKS_AT_ONCE):
            some = self.looks[first:first + TRACKS_AT_ONCE]
            distances = distance(torch.cat(some).float()).split([len(looks) for looks in some])
            rows.append(torch.stack([of_track.amin(dim=0) for of_track in distances]))
        return torch.cat(rows)
