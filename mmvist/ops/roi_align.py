"""RoIAlign (He et al., 2017): regions of a feature map, averaged onto a grid of fixed size.

It is linear in the map. Forward looks up the weighted pixels of every bin, for all channels at once, in a table of the
pixels that any RoI covers; backward is the transposed product. Maps of few channels, such as masks, are pooled as
matrix products instead.
"""

from __future__ import annotations

from collections.abc import Iterator

import torch
from torch import Tensor
from torch.nn.functional import embedding_bag

from mmvist.ops import torchvision_kernels
from mmvist.ops.sampling import Taps, find_taps

AVERAGE = 1  # mmcv's number for pool_mode='avg'
LOOKUPS = 2**18  # pixels looked up at a time: bounds the memory, and keeps it in the cache
FEW_CHANNELS = 8  # below, looking up a pixel costs more than what is done with it


def roi_align_forward(input: Tensor, rois: Tensor, output: Tensor, argmax_y: Tensor, argmax_x: Tensor, *,
                      aligned_height: int, aligned_width: int, spatial_scale: float, sampling_ratio: int,
                      pool_mode: int, aligned: bool) -> None:
    """Average regions of `input` into `output`, with the arguments of mmcv's operator of the same name.

    Args:
        input: (N, C, H, W).
        rois: (R, 5): index into N, then xyxy.
        output: (R, C, aligned_height, aligned_width), written.
        argmax_y: Unused, it serves max pooling.
        argmax_x: Likewise.
        aligned_height: Bins from top to bottom.
        aligned_width: Bins from left to right.
        spatial_scale: Pixels of the map per unit of the RoIs.
        sampling_ratio: Samples per bin and axis; 0 takes as many as the bin has pixels, rounded up.
        pool_mode: 1, average.
        aligned: Whether pixel centres are at 0.5, 1.5, ... of the RoIs' coordinates; else at 0, 1, ...
    """
    _check(rois, pool_mode, aligned)
    if not output.numel():
        return
    if _use_torchvision(input):
        output.copy_(torch.ops.torchvision.roi_align(
            input, rois, spatial_scale, aligned_height, aligned_width, sampling_ratio, aligned))
        return
    channels, height, width = input.shape[1:]
    taps = find_taps(rois, (aligned_width, aligned_height), (width, height), spatial_scale, sampling_ratio, aligned)
    images = rois[:, 0].long()
    if channels < FEW_CHANNELS and input.device.type == 'cpu':
        _pool_crops(input, images, taps, output)
        return
    (image, y, x), slots = _covered(images, taps, input.shape)
    table = input[image, :, y, x]
    for chosen, index, weight in _lookups(images, taps, slots, aligned_height, aligned_width):
        bins = embedding_bag(index, table, per_sample_weights=weight, mode='sum')
        output[chosen] = bins.view(-1, aligned_height, aligned_width, channels).permute(0, 3, 1, 2)


def roi_align_backward(grad_output: Tensor, rois: Tensor, argmax_y: Tensor, argmax_x: Tensor, grad_input: Tensor, *,
                       aligned_height: int, aligned_width: int, spatial_scale: float, sampling_ratio: int,
                       pool_mode: int, aligned: bool) -> None:
    """Write the gradient of `roi_align_forward` with respect to its input.

    Args:
        grad_output: (R, C, aligned_height, aligned_width).
        rois: As in the forward pass, and so are the remaining arguments.
        argmax_y: Unused.
        argmax_x: Unused.
        grad_input: (N, C, H, W) zeros, written.
    """
    _check(rois, pool_mode, aligned)
    if not grad_output.numel():
        return
    num, channels, height, width = grad_input.shape
    if _use_torchvision(grad_output):
        grad_input.copy_(torch.ops.torchvision._roi_align_backward(
            grad_output, rois, spatial_scale, aligned_height, aligned_width, num, channels, height, width,
            sampling_ratio, aligned))
        return
    taps = find_taps(rois, (aligned_width, aligned_height), (width, height), spatial_scale, sampling_ratio, aligned)
    images = rois[:, 0].long()
    (image, y, x), slots = _covered(images, taps, grad_input.shape)
    table = grad_output.new_zeros(len(image), channels)
    for chosen, index, weight in _lookups(images, taps, slots, aligned_height, aligned_width):
        grad_bins = grad_output[chosen].permute(0, 2, 3, 1).reshape(-1, channels)
        bins = torch.arange(len(index), device=index.device)[:, None].expand_as(index)
        transposed = torch.sparse_coo_tensor(torch.stack([index.flatten(), bins.flatten()]), weight.flatten(),
                                             (len(table), len(index)), check_invariants=False)
        table.addmm_(transposed, grad_bins)
    grad_input[image, :, y, x] = table


def _check(rois: Tensor, pool_mode: int, aligned: bool) -> None:
    if pool_mode != AVERAGE:
        raise RuntimeError("roi_align with pool_mode='max' needs compiled mmcv; mmvist.ops supplies 'avg'")
    # compiled mmcv raises on the CPU and does not look on a GPU, where it would have to wait
    if aligned and rois.device.type == 'cpu':
        inverted = (rois[:, 3:] < rois[:, 1:3]).any(1)
        if inverted.any():
            raise RuntimeError(f'roi_align: rois must have x2 >= x1 and y2 >= y1, got {rois[inverted][0, 1:].tolist()}')


def _use_torchvision(tensor: Tensor) -> bool:
    """Its kernels are those of mmcv. On a CPU the lookups here are faster."""
    return tensor.device.type != 'cpu' and torchvision_kernels.works_on(tensor.device.type)


def _covered(images: Tensor, taps: Taps, map_shape: torch.Size) -> tuple[tuple[Tensor, ...], Tensor]:
    """Pixels that RoIs cover: their image, y and x, each (K,), and the (N, H, W) table from pixels to these K."""
    num, _, height, width = map_shape
    edges = images.new_zeros(num, height + 1, width + 1)
    (left, top), (right, bottom) = taps.span()
    for y, y_sign in ((top, 1), (bottom + 1, -1)):
        for x, x_sign in ((left, 1), (right + 1, -1)):
            edges.index_put_((images, y, x), edges.new_tensor(y_sign * x_sign), accumulate=True)
    covered = edges.cumsum(1).cumsum(2)[:, :height, :width] > 0
    return covered.nonzero(as_tuple=True), covered.flatten().cumsum(0).view_as(covered) - 1


def _lookups(images: Tensor, taps: Taps, slots: Tensor, num_rows: int, num_columns: int,
             ) -> Iterator[tuple[Tensor, Tensor, Tensor]]:
    """Pixels of the bins, in portions of RoIs that use equally many.

    Yields:
        The portion's RoIs (K,), and for each of their bins, row by row, its pixels by their `slots`, and their weights,
        both (K * num_rows * num_columns, pixels).
    """
    for group, across, down in _groups(taps):
        x, wx = (part[0, :, None, :num_columns, None, :across] for part in taps[:2])
        y, wy = (part[1, :, :num_rows, None, :down, None] for part in taps[:2])
        for chosen in group.split(max(LOOKUPS // (num_rows * num_columns * across * down), 1)):
            line = images[chosen].view(-1, 1, 1, 1, 1) * slots.shape[1] + y[chosen]
            index = slots.take(line * slots.shape[2] + x[chosen]).view(-1, across * down)
            yield chosen, index, (wy[chosen] * wx[chosen]).view(index.shape)


def _groups(taps: Taps) -> Iterator[tuple[Tensor, int, int]]:
    """RoIs (K,) that use equally many taps, with how many these are along x and y."""
    _, num_rois, _, most = taps.index.shape
    if taps.length is None:
        yield torch.arange(num_rois, device=taps.index.device), most, most
        return
    kinds, kind_of = torch.unique(taps.length[0] * (most + 1) + taps.length[1], return_inverse=True)
    for number, kind in enumerate(kinds.tolist()):
        yield (kind_of == number).nonzero()[:, 0], kind // (most + 1), kind % (most + 1)


def _pool_crops(input: Tensor, images: Tensor, taps: Taps, output: Tensor) -> None:
    """Pool each channel of each RoI as two small matrix products: rows by crop by columns.

    For regions this small the calls, not the arithmetic, take the time: `as_strided` is the cheapest way to cut one out.
    """
    input = input.contiguous()
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
        down = matrices.as_strided((output.shape[2], h), (longest, 1), (num_rois + number) * num_bins * longest)
        for channel in range(channels):
            start = ((image * channels + channel) * height + top) * width + left
            crop = input.as_strided((h, w), (width, 1), input.storage_offset() + start)
            torch.mm(torch.mm(down, crop), across, out=next(pooled))
