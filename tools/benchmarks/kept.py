"""Memory that training takes."""

from collections.abc import Iterator
from contextlib import contextmanager

import torch


@contextmanager
def bytes_kept() -> Iterator[dict[int, int]]:
    """Bytes of what autograd keeps of the block, weights apart, by place in memory."""
    places: dict[int, int] = {}

    def pack(tensor: torch.Tensor) -> torch.Tensor:
        if not isinstance(tensor, torch.nn.Parameter):
            storage = tensor.untyped_storage()
            places[storage.data_ptr()] = storage.nbytes()
        return tensor

    with torch.autograd.graph.saved_tensors_hooks(pack, lambda tensor: tensor):
        yield places
