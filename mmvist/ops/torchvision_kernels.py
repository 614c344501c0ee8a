"""Whether torchvision's compiled operators can be used."""

from __future__ import annotations

from functools import cache

import torch


@cache
def works_on(device_type: str) -> bool:
    """Try torchvision's operators once on a kind of device.

    An installed torchvision proves nothing: one built for another torch fails when it is imported, and one built for
    the CPU fails when it is called with CUDA tensors.
    """
    try:
        import torchvision.ops

        torchvision.ops.nms(torch.zeros(1, 4, device=device_type), torch.zeros(1, device=device_type), 0.5)
    except (ImportError, RuntimeError, AttributeError, OSError):
        return False
    return True
