"""Memory that training takes."""

from collections.abc import Iterator
from contextlib import contextmanager

import torch
from torch import nn


@contextmanager
def bytes_kept(model: nn.Module) -> Iterator[dict[int, int]]:
    """Bytes of what autograd keeps of the block, the model's weights apart, by place in memory."""
    weights = {weight.untyped_storage().data_ptr() for weight in model.parameters()}
    places: dict[int, int] = {}

    def pack(tensor: torch.Tensor) -> torch.Tensor:
        storage = tensor.untyped_storage()
        if storage.data_ptr() not in weights:
            places[storage.data_ptr()] = storage.nbytes()
        return tensor

    with torch.autograd.graph.saved_tensors_hooks(pack, lambda tensor: tensor):
        yield places
