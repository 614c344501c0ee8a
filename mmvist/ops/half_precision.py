"""Operators that compute in float32, called in mixed-precision training."""

from __future__ import annotations

from collections.abc import Callable
from functools import wraps
from types import ModuleType
from typing import Any

import torch

FULL = frozenset({torch.float32, torch.float64})


def accept_half(operator: Callable[..., Any], outputs: tuple[int, ...] = (),
                native: frozenset[torch.dtype] = FULL) -> Callable[..., Any]:
    """Let an operator take tensors of any dtype, and of several at once, also within `torch.autocast`.

    Args:
        operator: Called with tensors by position and options by keyword, as mmcv's compiled functions are.
        outputs: Positions of the tensors it writes into.
        native: What it computes in. Tensors that all have the same one of these dtypes are passed on as they
            are, others as float32 copies.
    """

    @wraps(operator)
    def call(*tensors: torch.Tensor, **options: Any) -> Any:
        dtypes = {tensor.dtype for tensor in tensors}
        with torch.autocast(tensors[0].device.type, enabled=False):
            if len(dtypes) == 1 and dtypes <= native:
                return operator(*tensors, **options)
            wide = [tensor.float() for tensor in tensors]
            result = operator(*wide, **options)
        for position in outputs:
            tensors[position].copy_(wide[position])
        return result

    return call


def widen_compiled(extension: ModuleType) -> None:
    """Give compiled mmcv's operators the half-precision support they lack; a second call changes nothing.

    mmcv 2.1.0 reads NMS boxes as float32 whatever they are, and has no bfloat16 RoIAlign: both raise within
    `torch.autocast(dtype=torch.bfloat16)`. This can go with the first mmcv that mmdet allows and that takes
    both.
    """
    single = frozenset({torch.float32})
    with_half = FULL | {torch.float16}
    for name, outputs, native in (('nms', (), single), ('softnms', (2,), single),
                                  ('roi_align_forward', (2, 3, 4), with_half),
                                  ('roi_align_backward', (4,), with_half)):
        operator = getattr(extension, name)
        if not hasattr(operator, '__wrapped__'):
            setattr(extension, name, accept_half(operator, outputs, native))
