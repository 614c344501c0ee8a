"""Columns whose tensors have a row for each mask."""

from collections.abc import Sequence
from dataclasses import fields, replace
from typing import TypeVar

import torch
from torch import Tensor

Rows = TypeVar('Rows', bound='MaskRows')


class MaskRows:
    """What mask columns of tensors share: dataclasses of fields with a row a mask, and of others that hold for all."""

    def __len__(self) -> int:
        return len(next(iter(self._tensors().values())))

    def __getitem__(self: Rows, index: Tensor | slice) -> Rows:
        return replace(self, **{name: values[index] for name, values in self._tensors().items()})

    def cat(self: Rows, parts: Sequence[Rows]) -> Rows:
        """Rows of several columns, one after another; grids and maps of a column without rows may have any size."""
        parts = [part for part in parts if len(part)] or parts[:1]
        return replace(self, **{name: torch.cat([getattr(part, name) for part in parts]) for name in self._tensors()})

    def to(self: Rows, device: torch.device | str) -> Rows:
        """A copy on another device."""
        return replace(self, **{name: values.to(device) for name, values in self._tensors().items()})

    def _tensors(self) -> dict[str, Tensor]:
        return {field.name: value for field in fields(self) if isinstance(value := getattr(self, field.name), Tensor)}
