"""Multi-scale deformable attention (Zhu et al., 2021) on any device, as mmcv computes it on a CPU.

Both functions take the arguments of mmcv's compiled operators of the same names:

* `value`: (N, keys, heads, C), the pixels of all levels one after another.
* `shapes`: (levels, 2), height and width of each level.
* `starts`: (levels,), unused: where each level begins follows from `shapes`.
* `locations`: (N, queries, heads, levels, points, 2), x and y in 0..1 of each level.
* `weights`: (N, queries, heads, levels, points).
* `im2col_step`: unused, all images are done at once.
"""

from __future__ import annotations

import torch
from torch import Tensor


def ms_deform_attn_forward(value: Tensor, shapes: Tensor, starts: Tensor, locations: Tensor, weights: Tensor, *,
                           im2col_step: int) -> Tensor:
    """Weighted sum (N, queries, heads * C) of what lies at the sampled locations."""
    # mmcv's operators ask for this package while they are imported
    from mmcv.ops.multi_scale_deform_attn import multi_scale_deformable_attn_pytorch

    # sizes as plain numbers: every use of one on a GPU would wait for it
    return multi_scale_deformable_attn_pytorch(value, shapes.tolist(), locations, weights)


def ms_deform_attn_backward(value: Tensor, shapes: Tensor, starts: Tensor, locations: Tensor, weights: Tensor,
                            grad: Tensor, grad_value: Tensor, grad_locations: Tensor, grad_weights: Tensor, *,
                            im2col_step: int) -> None:
    """Gradients of the inputs for the output's `grad`, written into the tensors named after them."""
    inputs = [tensor.detach().requires_grad_() for tensor in (value, locations, weights)]
    with torch.enable_grad():
        output = ms_deform_attn_forward(inputs[0], shapes, starts, *inputs[1:], im2col_step=im2col_step)
    for into, gradient in zip((grad_value, grad_locations, grad_weights), torch.autograd.grad(output, inputs, grad),
                              strict=True):
        into.copy_(gradient)
