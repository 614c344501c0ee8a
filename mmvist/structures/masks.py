"""Mask columns of `Instances`: how masks look inside the loop, before anything is pasted.

A mask column has a length, is indexed and concatenated as a tensor is, and is encoded once, at the end, at the size of
the original image and only inside its boxes.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import ClassVar

import numpy as np
import torch
import torch.nn.functional as F
from torch import Tensor

from mmvist.structures import rle
from mmvist.structures.frames import Frame
from mmvist.structures.map_masks import MapMasks
from mmvist.structures.mask_rows import MaskRows


@dataclass(frozen=True, eq=False)
class BoxMasks(MaskRows):
    """Soft masks on a grid over each instance's own box, as mask heads predict them.

    Attributes:
        grids: (N, h, w) probabilities in 0..1.
        bboxes: (N, 4) xyxy, the box each grid is stretched over, pixels of the network input.
        threshold: Probability from which a pixel is inside.
    """

    grids: Tensor
    bboxes: Tensor
    threshold: float = 0.5

    def encode(self, scale: tuple[float, float], height: int, width: int,
               priority: np.ndarray | None = None, max_covered: float = 1.0) -> list[bytes]:
        """Paste into the original image and compress.

        The grid is read bilinearly at pixel centres with zeros outside, as `grid_sample` does; both axes separate, so
        a paste is two small matrix products over the box alone.

        Args:
            scale: Network pixels per original pixel, (x, y).
            height: Rows of the original image.
            width: Columns of the original image.
            priority: (N,) where given, masks are made disjoint and a pixel goes to the highest value.
            max_covered: Share of a mask, in 0..1, that may go to others; where more does, all of it is given up, and
                covers nothing in turn.
        """
        grids = self.grids.detach().float().cpu().numpy()
        boxes = self.bboxes.detach().float().cpu().numpy() / np.array([*scale, *scale], np.float32)
        if not np.isfinite(boxes).all():
            raise ValueError('BoxMasks: boxes are not finite; the network has diverged')
        threshold = np.float32(self.threshold)
        counts = [b''] * len(grids)
        taken = None if priority is None else np.zeros((height, width), bool)
        order = range(len(grids)) if priority is None else np.argsort(-priority, kind='stable').tolist()
        for index in order:
            rows, row_weights = _interpolation(boxes[index, 1], boxes[index, 3], grids.shape[1], height)
            columns, column_weights = _interpolation(boxes[index, 0], boxes[index, 2], grids.shape[2], width)
            # Column by column, as the code runs; the crop is a view.
            crop = (column_weights @ grids[index].T @ row_weights.T >= threshold).T
            if taken is not None:
                window = taken[rows.start:rows.stop, columns.start:columns.stop]
                area = np.count_nonzero(crop)
                crop &= ~window
                crop &= area - np.count_nonzero(crop) <= max_covered * area
                window |= crop
            counts[index] = rle.encode_crop(crop, rows.start, columns.start, height, width)
        return counts

    def coverage(self, bboxes: Tensor, scale: tuple[float, float], size: tuple[int, int]) -> Tensor:
        """Share of each cell of a grid over each box that the mask covers, on the grids' device.

        Where the size does not divide that of the masks' grids, neighbouring cells share what lies between them.

        Args:
            bboxes: Not used: a mask's grid lies over its own box.
            scale: Not used.
            size: Rows and columns of the grid.

        Returns:
            (N, *size) float32 in 0..1.
        """
        inside = (self.grids >= self.threshold).float()
        return F.adaptive_avg_pool2d(inside, size) if len(inside) else inside.new_zeros(0, *size)

    def on_canvas(self, scale: tuple[float, float], height: int, width: int) -> Tensor:
        """Masks as pixels of a canvas that the image fills, on the grids' device; read as `encode` reads them.

        Args:
            scale: Canvas pixels per network pixel, (x, y).
            height: Rows of the canvas.
            width: Columns of the canvas.

        Returns:
            (N, height, width) bool.
        """
        left, top, right, bottom = (self.bboxes.float() * self.bboxes.new_tensor([*scale, *scale]).float()).unbind(-1)
        rows = _all_weights(top, bottom, self.grids.shape[1], height)
        columns = _all_weights(left, right, self.grids.shape[2], width)
        return rows @ self.grids.float() @ columns.transpose(1, 2) >= self.threshold


@dataclass(frozen=True, eq=False)
class RLEMasks:
    """Hard masks that already are compressed at the original size: from files, or the ground truth.

    Attributes:
        counts: N COCO counts.
        height: Rows of the original image.
        width: Columns of the original image.
    """

    counts: tuple[bytes, ...]
    height: int
    width: int
    on_host: ClassVar[bool] = True

    @classmethod
    def from_pixels(cls, masks: Tensor, boxes: Tensor) -> 'RLEMasks':
        """Compress masks that are pixels of the original image.

        Args:
            masks: (N, H, W) bool.
            boxes: (N, 4) int64, their `tight_boxes`; all else is known to be outside.
        """
        height, width = masks.shape[1:]
        return cls(tuple(rle.encode_crop(mask[top:bottom, left:right].cpu().numpy(), top, left, height, width)
                         for mask, (left, top, right, bottom) in zip(masks, boxes.tolist(), strict=True)),
                   height, width)

    def __len__(self) -> int:
        return len(self.counts)

    def __getitem__(self, index: np.ndarray | Tensor | slice) -> 'RLEMasks':
        if isinstance(index, slice):
            return RLEMasks(self.counts[index], self.height, self.width)
        index = index.cpu().numpy() if isinstance(index, Tensor) else index
        rows = np.arange(len(self.counts))[index].tolist()
        return RLEMasks(tuple(self.counts[row] for row in rows), self.height, self.width)

    def cat(self, parts: Sequence['RLEMasks']) -> 'RLEMasks':
        """Rows of several columns, one after another."""
        return RLEMasks(tuple(counts for part in parts for counts in part.counts), self.height, self.width)

    def to(self, device: torch.device | str) -> 'RLEMasks':
        """Itself: text lives on no device."""
        return self

    def encode(self, scale: tuple[float, float], height: int, width: int,
               priority: np.ndarray | None = None, max_covered: float = 1.0) -> list[bytes]:
        """The counts, made disjoint where a priority is given; see `BoxMasks.encode`."""
        if (height, width) != (self.height, self.width):
            raise ValueError(f'RLEMasks are {self.height}x{self.width} (HxW), the image is {height}x{width}')
        if priority is None:
            return list(self.counts)
        return rle.make_disjoint(self.counts, priority, height, width, max_covered)

    def coverage(self, bboxes: Tensor, scale: tuple[float, float], size: tuple[int, int]) -> Tensor:
        """Share of each cell of a grid over each box that the mask covers, on the boxes' device.

        Args:
            bboxes: (N, 4) xyxy, pixels of the network input.
            scale: Network pixels per pixel of the masks, (x, y).
            size: Rows and columns of the grid.

        Returns:
            (N, *size) float32 in 0..1; nothing is covered outside of the image.
        """
        boxes = bboxes.detach().float().cpu().numpy() / np.array([*scale, *scale], np.float32)
        shares = np.zeros((len(self), *size), np.float32)
        for share, counts, (left, top, right, bottom) in zip(shares, self.counts, boxes, strict=True):
            rows, row_shares = _cells(top, bottom, size[0], self.height)
            columns, column_shares = _cells(left, right, size[1], self.width)
            mask = rle.decode(counts, self.height, self.width)
            crop = mask[rows.start:rows.stop, columns.start:columns.stop]
            share[:] = row_shares @ crop @ column_shares.T
        return torch.from_numpy(shares).to(bboxes.device)

    def on_canvas(self, scale: tuple[float, float], height: int, width: int) -> Tensor:
        """Masks as pixels of a canvas that the image fills, on the host, by nearest pixel centres.

        Args:
            scale: Not used: masks of the original image fill the canvas whatever the network's input was.
            height: Rows of the canvas.
            width: Columns of the canvas.

        Returns:
            (N, height, width) bool.
        """
        rows = (np.arange(height) + 0.5) * self.height / height
        columns = (np.arange(width) + 0.5) * self.width / width
        masks = rle.decode_all(self.counts, self.height, self.width)
        return torch.from_numpy(masks[:, rows.astype(np.int64)][:, :, columns.astype(np.int64)])


MaskColumn = BoxMasks | MapMasks | RLEMasks


def as_pixels(masks: MaskColumn, frame: Frame, priority: np.ndarray | None = None,
              max_covered: float = 1.0) -> RLEMasks:
    """Masks in pixels of the original image of their frame; see `BoxMasks.encode`."""
    height, width = frame.video.height, frame.video.width
    return RLEMasks(tuple(masks.encode(frame.scale, height, width, priority, max_covered)), height, width)


def tight_boxes(masks: Tensor) -> Tensor:
    """Boxes (N, 4) float32, xyxy, of masks (N, H, W) bool; zeros for an empty mask."""
    columns, rows = masks.any(dim=1).byte(), masks.any(dim=2).byte()
    # argmax finds the first of equals.
    sides = [columns.argmax(1), rows.argmax(1), columns.shape[1] - columns.flip(1).argmax(1),
             rows.shape[1] - rows.flip(1).argmax(1)]
    return torch.stack(sides, dim=1).float() * columns.any(dim=1, keepdim=True)


def _interpolation(low: float, high: float, cells: int, pixels: int) -> tuple[range, np.ndarray]:
    """Pixels of one axis that a stretched grid reaches, and their bilinear weights (pixels reached, cells)."""
    span = max(float(high - low), 1e-6)
    cell = span / cells
    # A pixel centre c reads position (c - low) / cell - 0.5, which is zero outside (-1, cells).
    first = min(max(int(np.floor(low - cell / 2)), 0), pixels)
    last = min(max(int(np.ceil(high + cell / 2)), first), pixels)
    position = (np.arange(first, last, dtype=np.float32) + 0.5 - low) / cell - 0.5
    weights = 1 - np.abs(position[:, None] - np.arange(cells, dtype=np.float32))
    return range(first, last), np.maximum(weights, 0)


def _cells(low: float, high: float, cells: int, pixels: int) -> tuple[range, np.ndarray]:
    """Pixels of one axis that a stretched grid reaches, and what share of each cell they fill (cells, pixels)."""
    low, high = float(low), float(high)     # in 32 bits nothing as small can be added to them
    edges = np.linspace(low, max(high, low + 1e-6), cells + 1)[:, None]
    first = min(max(int(np.floor(low)), 0), pixels)
    last = min(max(int(np.ceil(high)), first), pixels)
    start = np.arange(first, last)
    common = np.minimum(edges[1:], start + 1) - np.maximum(edges[:-1], start)
    return range(first, last), np.maximum(common, 0) / (edges[1:] - edges[:-1])


def _all_weights(low: Tensor, high: Tensor, cells: int, pixels: int) -> Tensor:
    """Bilinear weights (N, pixels, cells) of N stretched grids along a whole axis; see `_interpolation`."""
    cell = (high - low).clamp(min=1e-6)[:, None] / cells
    centres = torch.arange(pixels, dtype=low.dtype, device=low.device) + 0.5
    position = (centres - low[:, None]) / cell - 0.5
    distance = (position[..., None] - torch.arange(cells, dtype=low.dtype, device=low.device)).abs()
    return (1 - distance).clamp(min=0)
