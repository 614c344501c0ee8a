"""RoIAlign (He et al., 2017): regions of a feature map, averaged onto a grid of fixed size.

It is linear in the map. Forward looks up the weighted pixels of every bin, for all channels at once, in a map laid out
channels last; backward is the transposed product.
"""

from __future__ import annotations

from collections.abc import Iterator

import torch
from torch import Tensor
from torch.nn.functional import embedding_bag

from mmvist.ops import torchvision_kernels
from mmvist.ops.sampling import Taps, axis_taps

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
    channels = input.shape[1]
    images, rows, columns = _taps(rois, input.shape, (aligned_height, aligned_width), spatial_scale, sampling_ratio,
                                  aligned)
    if channels < FEW_CHANNELS and input.device.type == 'cpu':
        _pool_crops(input, images, rows, columns, output)
        return
    where, slots = _covered(images, rows, columns, input.shape)
    table = input[where[0], :, where[1], where[2]]
    for chosen, index, weight in _lookups(images, rows, columns, slots):
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
        grad_input: (N, C, H, W), written.
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
    images, rows, columns = _taps(rois, grad_input.shape, (aligned_height, aligned_width), spatial_scale,
                                  sampling_ratio, aligned)
    where, slots = _covered(images, rows, columns, grad_input.shape)
    table = grad_output.new_zeros(len(where[0]), channels)
    for chosen, index, weight in _lookups(images, rows, columns, slots):
        grad_bins = grad_output[chosen].permute(0, 2, 3, 1).reshape(-1, channels)
        bins = torch.arange(len(index), device=index.device)[:, None].expand_as(index)
        transposed = torch.sparse_coo_tensor(torch.stack([index.flatten(), bins.flatten()]), weight.flatten(),
                                             (len(table), len(index)), check_invariants=False)
        table.addmm_(transposed, grad_bins)
    grad_input[where[0], :, where[1], where[2]] = table


def _check(rois: Tensor, pool_mode: int, aligned: bool) -> None:
    if pool_mode != AVERAGE:
        raise RuntimeError("roi_align with pool_mode='max' needs compiled mmcv; mmvist.ops supplies 'avg'")
    # compiled mmcv raises on the CPU and does not look on a GPU, where it would have to wait
    if aligned and rois.device.type == 'cpu' and (rois[:, 3:] < rois[:, 1:3]).any():
        raise RuntimeError('roi_align: rois must have x2 >= x1 and y2 >= y1, got '
                           f'{rois[(rois[:, 3:] < rois[:, 1:3]).any(1)][0, 1:].tolist()}')


def _use_torchvision(tensor: Tensor) -> bool:
    """Its kernels are those of mmcv. On a CPU the lookups here are faster."""
    return tensor.device.type != 'cpu' and torchvision_kernels.works_on(tensor.device.type)


def _taps(rois: Tensor, map_shape: torch.Size, num_bins: tuple[int, int], spatial_scale: float, sampling_ratio: int,
          aligned: bool) -> tuple[Tensor, Taps, Taps]:
    """Image index (R,) of each RoI, and its taps along y and x."""
    x1, y1, x2, y2 = (rois[:, 1:] * spatial_scale - (0.5 if aligned else 0.0)).unbind(1)
    rows = axis_taps(y1, y2, num_bins[0], map_shape[2], sampling_ratio, aligned)
    columns = axis_taps(x1, x2, num_bins[1], map_shape[3], sampling_ratio, aligned)
    return rois[:, 0].long(), rows, columns


def _covered(images: Tensor, rows: Taps, columns: Taps, map_shape: torch.Size) -> tuple[tuple[Tensor, ...], Tensor]:
    """Pixels that RoIs cover: their image, y and x, each (K,), and the (N, H, W) table from pixels to these K."""
    num, _, height, width = map_shape
    edges = images.new_zeros(num, height + 1, width + 1)
    for y, y_sign in ((rows.index.amin((1, 2)), 1), (rows.index.amax((1, 2)) + 1, -1)):
        for x, x_sign in ((columns.index.amin((1, 2)), 1), (columns.index.amax((1, 2)) + 1, -1)):
            edges.index_put_((images, y, x), edges.new_tensor(y_sign * x_sign), accumulate=True)
    covered = edges.cumsum(1).cumsum(2)[:, :height, :width] > 0
    return covered.nonzero(as_tuple=True), covered.flatten().cumsum(0).view_as(covered) - 1


def _lookups(images: Tensor, rows: Taps, columns: Taps, slots: Tensor) -> Iterator[tuple[Tensor, Tensor, Tensor]]:
    """Pixels of the bins, in portions of RoIs that use equally many.

    Yields:
        The portion's RoIs (K,), and for each of their bins, in order, its pixels by their `slots`, and their weights,
        both (bins, taps).
    """
    for group, num_rows, num_columns in _groups(rows, columns):
        y, wy = rows.index[..., None, :num_rows, None], rows.weight[..., None, :num_rows, None]
        x, wx = columns.index[:, None, :, None, :num_columns], columns.weight[:, None, :, None, :num_columns]
        lookups_per_roi = y.shape[1] * x.shape[2] * num_rows * num_columns
        for chosen in group.split(max(LOOKUPS // lookups_per_roi, 1)):
            line = images[chosen].view(-1, 1, 1, 1, 1) * slots.shape[1] + y[chosen]
            index = slots.take(line * slots.shape[2] + x[chosen]).view(-1, num_rows * num_columns)
            yield chosen, index, (wy[chosen] * wx[chosen]).view(index.shape)


def _groups(rows: Taps, columns: Taps) -> Iterator[tuple[Tensor, int, int]]:
    """RoIs (K,) that use equally many taps, with how many rows and columns these are."""
    if rows.length is None:
        yield torch.arange(len(rows.index), device=rows.index.device), rows.index.shape[2], columns.index.shape[2]
        return
    base = columns.index.shape[2] + 1
    kinds, kind_of = torch.unique(rows.length * base + columns.length, return_inverse=True)
    for number, kind in enumerate(kinds.tolist()):
        yield (kind_of == number).nonzero()[:, 0], kind // base, kind % base


def _pool_crops(input: Tensor, images: Tensor, rows: Taps, columns: Taps, output: Tensor) -> None:
    """Pool each channel of each RoI as two small matrix products: rows by crop by columns."""
    input = input.contiguous()
    _, channels, height, width = input.shape
    tops, heights, wy = _matrices(rows)
    lefts, widths, wx = _matrices(columns)
    pooled = iter(output.flatten(0, 1).unbind())
    for image, top, left, h, w, y, x in zip(images.tolist(), tops, lefts, heights, widths, wy, wx, strict=True):
        y, x = y.narrow(1, 0, h), x.narrow(1, 0, w).t()
        for channel in range(channels):
            # one call in place of four slices: these calls, not the arithmetic, take the time
            start = ((image * channels + channel) * height + top) * width + left
            crop = input.as_strided((h, w), (width, 1), input.storage_offset() + start)
            torch.mm(torch.mm(y, crop), x, out=next(pooled))


def _matrices(taps: Taps) -> tuple[list[int], list[int], tuple[Tensor, ...]]:
    """First pixel of each RoI, how many it spans, and the weights (P, longest span) of these in its bins."""
    first = taps.index.amin((1, 2))
    span = taps.index.amax((1, 2)) + 1 - first
    matrix = taps.weight.new_zeros(*taps.weight.shape[:2], int(span.max()))
    matrix.scatter_add_(2, taps.index - first[:, None, None], taps.weight)
    return first.tolist(), span.tolist(), matrix.unbind()
