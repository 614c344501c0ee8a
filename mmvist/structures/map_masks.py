"""Masks as maps over the whole network input, as prototypes make them."""

from dataclasses import dataclass

import numpy as np
import torch
import torch.nn.functional as F
from torch import Tensor

from mmvist.structures import rle
from mmvist.structures.mask_rows import MaskRows


@dataclass(frozen=True, eq=False)
class MapMasks(MaskRows):
    """Logits over the whole network input at a stride; a mask is what is above zero inside its box.

    Attributes:
        logits: (N, h, w), read bilinearly between the cells' centres.
        bboxes: (N, 4) xyxy, what each mask is cut off at, pixels of the network input.
        stride: Pixels of the network input along a cell's side.
    """

    logits: Tensor
    bboxes: Tensor
    stride: float

    def box_masks(self) -> Tensor:
        """Which cells' centres lie inside the boxes, (N, h, w) bool."""
        rows, columns = ((torch.arange(size, device=self.logits.device) + 0.5).expand(len(self), -1) * self.stride
                         for size in self.logits.shape[1:])
        return self._within(rows, columns)

    def encode(self, scale: tuple[float, float], height: int, width: int,
               priority: np.ndarray | None = None, max_covered: float = 1.0) -> list[bytes]:
        """Read inside the boxes at the original size, and compress; see `BoxMasks.encode`."""
        logits = self.logits.detach().float().cpu().numpy()
        boxes = self.bboxes.detach().float().cpu().numpy() / np.array([*scale, *scale], np.float32)
        if not np.isfinite(boxes).all():
            raise ValueError('MapMasks: boxes are not finite; the network has diverged')
        counts = [self._encode_one(*row, scale, height, width) for row in zip(logits, boxes, strict=True)]
        return counts if priority is None else rle.make_disjoint(counts, priority, height, width, max_covered)

    def _encode_one(self, logits: np.ndarray, box: np.ndarray, scale: tuple[float, float], height: int, width: int
                    ) -> bytes:
        # Pixels whose centres the box holds.
        left, top, right, bottom = np.ceil(box - 0.5).astype(np.int64).tolist()
        columns, rows = range(max(left, 0), min(right, width)), range(max(top, 0), min(bottom, height))
        crop = read_map(logits, columns, rows, (self.stride / scale[0], self.stride / scale[1])) > 0
        return rle.encode_crop(crop.T, rows.start, columns.start, height, width)

    def coverage(self, bboxes: Tensor, scale: tuple[float, float], size: tuple[int, int]) -> Tensor:
        """Share of each cell of a grid over each box that the mask covers, told from four points of it.

        Args:
            bboxes: (N, 4) xyxy, pixels of the network input.
            scale: Not used: the map lies over the network input.
            size: Rows and columns of the grid.

        Returns:
            (N, *size) float32 in 0..1.
        """
        if len(self) == 0:
            return self.logits.new_zeros(0, *size, dtype=torch.float32)
        low, high = bboxes.float()[:, :2], bboxes.float()[:, 2:]
        points = []
        for axis, count in ((1, 2 * size[0]), (0, 2 * size[1])):
            steps = (torch.arange(count, device=low.device) + 0.5) / count
            points.append(low[:, axis, None] + (high - low)[:, axis, None] * steps)
        inside = (self._read(*points) > 0) & self._within(*points)
        return F.avg_pool2d(inside.float(), 2)

    def on_canvas(self, scale: tuple[float, float], height: int, width: int) -> Tensor:
        """Masks as pixels of a canvas, read as `encode` reads them; see `BoxMasks.on_canvas`."""
        points = [((torch.arange(pixels, device=self.logits.device) + 0.5) / factor).expand(len(self), -1)
                  for pixels, factor in ((height, scale[1]), (width, scale[0]))]
        return (self._read(*points) > 0) & self._within(*points)

    def _read(self, rows: Tensor, columns: Tensor) -> Tensor:
        """Logits (N, R, C) where the rows (N, R) and the columns (N, C) of the network input meet."""
        weights = []
        for points, cells in zip((rows, columns), self.logits.shape[1:], strict=True):
            position = (points / self.stride - 0.5).clamp(0, cells - 1)
            weights.append((1 - (position[..., None] - torch.arange(cells, device=points.device)).abs()).clamp(min=0))
        return weights[0] @ self.logits.float() @ weights[1].transpose(1, 2)

    def _within(self, rows: Tensor, columns: Tensor) -> Tensor:
        """Which of these points lie inside the boxes, (N, R, C) bool."""
        left, top, right, bottom = self.bboxes[:, :, None].unbind(1)
        return ((rows >= top) & (rows < bottom))[:, :, None] & ((columns >= left) & (columns < right))[:, None]


def read_map(values: np.ndarray, columns: range, rows: range, cell: tuple[float, float]) -> np.ndarray:
    """Read a map bilinearly at the centres of some pixels; beyond its outer cells' centres it goes on as they are.

    Args:
        values: (h, w) float32.
        columns: Columns of pixels, C of them.
        rows: Rows of pixels, R of them.
        cell: Pixels along a cell's sides, (x, y).

    Returns:
        (C, R) float32: column by column, as run-length codes go.
    """
    weights, parts = [], []
    for pixels, size, cells in zip((columns, rows), cell, values.shape[::-1], strict=True):
        if len(pixels) == 0:
            return np.zeros((len(columns), len(rows)), np.float32)
        position = np.clip((np.arange(pixels.start, pixels.stop, dtype=np.float32) + 0.5) / size - 0.5, 0, cells - 1)
        first, last = int(position[0]), int(np.ceil(position[-1])) + 1
        weights.append(np.maximum(1 - np.abs(position[:, None] - np.arange(first, last, dtype=np.float32)), 0))
        parts.append(slice(first, last))
    return weights[0] @ values[parts[1], parts[0]].T @ weights[1].T
