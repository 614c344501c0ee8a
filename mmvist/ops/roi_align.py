"""RoIAlign (He et al., 2017): regions of a feature map, averaged onto a grid of fixed size.

It is linear in the map. Forward looks up the weighted pixels of every bin, all channels at once; backward is
the transposed product. Maps of few channels, such as masks, are pooled by matrix products instead.

Both functions take the arguments of mmcv's compiled operators of the same names:

* `rois`: (R, 5), index of the image, then xyxy.
* `argmax_y`, `argmax_x`: unused, they serve max pooling.
* `aligned_height`, `aligned_width`: bins from top to bottom and from left to right.
* `spatial_scale`: pixels of the map per unit of `rois`.
* `sampling_ratio`: samples per bin and axis; 0 takes as many as the bin has pixels, rounded up.
* `pool_mode`: 1, average.
* `aligned`: whether pixel centres are at 0.5, 1.5, ... of the map; else at 0, 1, ...
"""

from __future__ import annotations

from functools import partial

import torch
from torch import Tensor
from torch.nn.functional import embedding_bag

from mmvist.ops import torchvision_kernels
from mmvist.ops.lookups import covered_pixels, lookups
from mmvist.ops.sampling import Taps, find_taps

AVERAGE = 1  # mmcv's number for pool_mode='avg'
FEW_CHANNELS = 8  # below, looking up a pixel costs more than what is done with it
CROPS = 128  # RoIs pooled at a time where channels are few: bounds the memory


def roi_align_forward(input: Tensor, rois: Tensor, output: Tensor, argmax_y: Tensor, argmax_x: Tensor, *,
                      aligned_height: int, aligned_width: int, spatial_scale: float, sampling_ratio: int,
                      pool_mode: int, aligned: bool) -> None:
    """Average regions of `input` (N, C, H, W), writing `output` (R, C, aligned_height, aligned_width)."""
    _check(rois, pool_mode, aligned)
    if not output.numel():
        return
    if torchvision_kernels.usable_for(input):
        output.copy_(torch.ops.torchvision.roi_align(
            input, rois, spatial_scale, aligned_height, aligned_width, sampling_ratio, aligned))
        return
    _, channels, height, width = input.shape
    find = partial(find_taps, num_bins=(aligned_width, aligned_height), map_size=(width, height),
                   spatial_scale=spatial_scale, sampling_ratio=sampling_ratio, aligned=aligned)
    if channels < FEW_CHANNELS and input.device.type == 'cpu':
        input = input.contiguous()
        for part, pooled in zip(rois.split(CROPS), output.split(CROPS), strict=True):
            _pool_crops(input, part[:, 0].long(), find(part), pooled)
        return
    images, taps = rois[:, 0].long(), find(rois)
    (image, y, x), numbers = covered_pixels(images, taps, input.shape)
    table = input[image, :, y, x]
    for chosen, pixels, weights in lookups(images, taps, numbers, aligned_height, aligned_width):
        bins = embedding_bag(pixels, table, per_sample_weights=weights, mode='sum')
        output[chosen] = bins.view(-1, aligned_height, aligned_width, channels).permute(0, 3, 1, 2)


def roi_align_backward(grad_output: Tensor, rois: Tensor, argmax_y: Tensor, argmax_x: Tensor,
                       grad_input: Tensor, *, aligned_height: int, aligned_width: int, spatial_scale: float,
                       sampling_ratio: int, pool_mode: int, aligned: bool) -> None:
    """Write the gradient with respect to the input into `grad_input` (N, C, H, W), which comes as zeros."""
    _check(rois, pool_mode, aligned)
    if not grad_output.numel():
        return
    num, channels, height, width = grad_input.shape
    if torchvision_kernels.usable_for(grad_output):
        grad_input.copy_(torch.ops.torchvision._roi_align_backward(
            grad_output, rois, spatial_scale, aligned_height, aligned_width, num, channels, height, width,
            sampling_ratio, aligned))
        return
    images = rois[:, 0].long()
    taps = find_taps(rois, (aligned_width, aligned_height), (width, height), spatial_scale, sampling_ratio,
                     aligned)
    (image, y, x), numbers = covered_pixels(images, taps, grad_input.shape)
    table = grad_output.new_zeros(len(image), channels)
    for chosen, pixels, weights in lookups(images, taps, numbers, aligned_height, aligned_width):
        grad_bins = grad_output[chosen].permute(0, 2, 3, 1).reshape(-1, channels)
        bins = torch.arange(len(pixels), device=pixels.device)[:, None].expand_as(pixels)
        places = torch.stack([pixels.flatten(), bins.flatten()])
        transposed = torch.sparse_coo_tensor(places, weights.flatten(), (len(table), len(pixels)),
                                             check_invariants=False)
        table.addmm_(transposed, grad_bins)
    grad_input[image, :, y, x] = table


def _check(rois: Tensor, pool_mode: int, aligned: bool) -> None:
    if pool_mode != AVERAGE:
        raise RuntimeError("roi_align with pool_mode='max' needs compiled mmcv; mmvist.ops supplies 'avg'")
    # compiled mmcv raises on the CPU and does not look on a GPU, where it would have to wait
    if aligned and rois.device.type == 'cpu':
        ordered = (rois[:, 3:] >= rois[:, 1:3]).all(1)
        if not ordered.all():
            raise RuntimeError('roi_align: rois must have x2 >= x1 and y2 >= y1, '
                               f'got (x1, y1, x2, y2) = {tuple(rois[~ordered][0, 1:].tolist())}')


def _pool_crops(input: Tensor, images: Tensor, taps: Taps, output: Tensor) -> None:
    """Pool each channel of each RoI of contiguous maps as two matrix products: rows by crop by columns.

    The products are so small that calls take the time: `as_strided` is the cheapest way to cut a part out.
    """
    _, channels, height, width = input.shape
    _, num_rois, num_bins, _ = taps.weight.shape
    first, last = taps.span()
    spans = last - first + 1
    longest = int(spans.max())
    matrices = taps.weight.new_zeros(2, num_rois, num_bins, longest)
    matrices.scatter_add_(3, taps.index - first[..., None, None], taps.weight)
    pooled = iter(output.flatten(0, 1).unbind())
    regions = zip(images.tolist(), *first.tolist(), *spans.tolist(), strict=True)
    for number, (image, left, top, w, h) in enumerate(regions):
        across = matrices.as_strided((w, output.shape[3]), (1, longest), number * num_bins * longest)
        down = matrices.as_strided((output.shape[2], h), (longest, 1),
                                   (num_rois + number) * num_bins * longest)
        for channel in range(channels):
            start = ((image * channels + channel) * height + top) * width + left
            crop = input.as_strided((h, w), (width, 1), input.storage_offset() + start)
            torch.mm(torch.mm(down, crop), across, out=next(pooled))
