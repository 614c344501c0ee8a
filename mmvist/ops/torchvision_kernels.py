"""Whether torchvision's compiled operators, which follow the same rules as mmcv's, can be used."""

from __future__ import annotations

from functools import cache

import torch
from torch import Tensor


def usable_for(tensor: Tensor) -> bool:
    """Whether torchvision should do the work, which it should on a GPU.

    On a CPU the operators of this package are faster, and settle ties between scores as mmcv does.
    """
    return tensor.device.type != 'cpu' and works_on(tensor.device.type)


@cache
def works_on(device_type: str) -> bool:
    """Try torchvision once on a kind of device.

    An installed torchvision proves nothing: one built for another torch fails when it is imported, and one
    built for the CPU fails when it is called with CUDA tensors.
    """
    try:
        import torchvision.ops

        torchvision.ops.nms(torch.zeros(1, 4, device=device_type), torch.zeros(1, device=device_type), 0.5)
    except (ImportError, RuntimeError, AttributeError, OSError):
        return False
    return True
