"""Transforms that move pixels; one decision holds for all frames of a clip."""

from collections.abc import Callable, Sequence
from dataclasses import replace

import cv2
import numpy as np

from mmvist.datasets.clip import Clip, ClipFrame, Objects
from mmvist.registry import TRANSFORMS


@TRANSFORMS.register_module()
class ResizeClip:
    """Resizes images and objects.

    Args:
        scale: Width and height to reach. With `keep_ratio` an image becomes as large as its longer side fits the larger
            number and its shorter side the smaller one, so that upright videos get as many pixels.
        keep_ratio: Keep the image's aspect ratio.
    """

    def __init__(self, scale: tuple[int, int], keep_ratio: bool = True) -> None:
        self.scale, self.keep_ratio = checked_size('ResizeClip', 'scale', scale), keep_ratio

    def transform(self, clip: Clip, rng: np.random.Generator) -> Clip:
        """Resize every frame."""
        return clip.map(lambda frame: _resized(frame, self.scale, self.keep_ratio))


@TRANSFORMS.register_module()
class RandomResizeClip:
    """Resizes a clip to a size that is drawn from several, keeping the aspect ratio.

    Args:
        scales: Widths and heights; see `ResizeClip`.
    """

    def __init__(self, scales: Sequence[tuple[int, int]]) -> None:
        self.scales = [checked_size('RandomResizeClip', 'scales', scale) for scale in scales]

    def transform(self, clip: Clip, rng: np.random.Generator) -> Clip:
        """Resize every frame alike."""
        scale = self.scales[rng.integers(len(self.scales))]
        return clip.map(lambda frame: _resized(frame, scale, keep_ratio=True))


@TRANSFORMS.register_module()
class RandomScaleClip:
    """Resizes a clip by one factor, whatever its size.

    Args:
        low: Smallest factor.
        high: Largest factor; all between are equally likely.
    """

    def __init__(self, low: float, high: float) -> None:
        if not 0 < low <= high:
            raise ValueError(f'RandomScaleClip: factors must be above 0 and in order, got {low} and {high}')
        self.low, self.high = low, high

    def transform(self, clip: Clip, rng: np.random.Generator) -> Clip:
        """Resize every frame alike."""
        factor = rng.uniform(self.low, self.high)
        height, width = clip.frames[0].image.shape[:2]
        size = max(round(width * factor), 1), max(round(height * factor), 1)
        return clip.map(lambda frame: _resized(frame, size, keep_ratio=False))


@TRANSFORMS.register_module()
class RandomFlipClip:
    """Mirrors a clip left to right.

    Args:
        prob: How often, in 0..1.
    """

    def __init__(self, prob: float = 0.5) -> None:
        if not 0 <= prob <= 1:
            raise ValueError(f'RandomFlipClip: prob must lie in 0..1, got {prob}')
        self.prob = prob

    def transform(self, clip: Clip, rng: np.random.Generator) -> Clip:
        """Mirror every frame or none."""
        return clip.map(_flipped) if rng.random() < self.prob else clip


@TRANSFORMS.register_module()
class RandomCropClip:
    """Cuts one window out of all frames of a clip; objects outside are dropped, the boxes of others made tight.

    Args:
        size: Width and height of the window; a smaller image is kept whole in that direction.
        by_centre: As RGNNVIS does: drop an object from a frame, so that its pixels are background there, when the
            centre of its box is outside the window too, and clip the boxes of others to the window. Ignore regions
            stay as long as a pixel of theirs does: what they cover is no background.
    """

    def __init__(self, size: tuple[int, int], by_centre: bool = False) -> None:
        self.size, self.by_centre = checked_size('RandomCropClip', 'size', size), by_centre

    def transform(self, clip: Clip, rng: np.random.Generator) -> Clip | None:
        """Cut every frame alike; `None` when no key frame shows an object any more, or, with flow, none is known."""
        height, width = clip.frames[0].image.shape[:2]
        left = int(rng.integers(max(width - self.size[0], 0) + 1))
        top = int(rng.integers(max(height - self.size[1], 0) + 1))
        rows, columns = slice(top, top + self.size[1]), slice(left, left + self.size[0])
        cropped = clip.map(lambda frame: _cropped(frame, rows, columns, self.by_centre))
        return cropped if (cropped.has_flow() if clip.has_flow() else cropped.has_objects()) else None


def checked_size(owner: str, name: str, size: Sequence[int]) -> tuple[int, int]:
    """A width and a height of at least one pixel."""
    if isinstance(size, int) or len(size) != 2 or min(size) < 1:
        raise ValueError(f'{owner}: {name} must be (width, height), at least one pixel each, got {size}')
    return tuple(size)


def resized_size(width: int, height: int, scale: tuple[int, int], keep_ratio: bool) -> tuple[int, int]:
    """Width and height an image gets; see `ResizeClip`."""
    if not keep_ratio:
        return scale
    factor = min(max(scale) / max(width, height), min(scale) / min(width, height))
    return max(int(width * factor + 0.5), 1), max(int(height * factor + 0.5), 1)


def tight_boxes(masks: np.ndarray) -> np.ndarray:
    """Boxes (N, 4) float32, xyxy, of masks (N, H, W) none of which is empty."""
    columns, rows = masks.any(1), masks.any(2)
    sides = (columns.argmax(1), rows.argmax(1), columns.shape[1] - columns[:, ::-1].argmax(1),
             rows.shape[1] - rows[:, ::-1].argmax(1))
    return np.stack(sides, axis=1).astype(np.float32)


def _resized(frame: ClipFrame, scale: tuple[int, int], keep_ratio: bool) -> ClipFrame:
    height, width = frame.image.shape[:2]
    size = resized_size(width, height, scale, keep_ratio)
    ratio = size[0] / width, size[1] / height
    objects = frame.objects
    if objects is not None:
        # Nearest by pixel centres, which is where the bilinear image is read.
        masks = [cv2.resize(mask, size, interpolation=cv2.INTER_NEAREST_EXACT) for mask in objects.masks]
        objects = replace(objects, bboxes=objects.bboxes * np.array([*ratio, *ratio], np.float32),
                          masks=np.stack(masks) if masks else np.zeros((0, size[1], size[0]), np.uint8))
    # What is unknown must not leak into what is known.
    flows = _flows(frame, lambda flow: cv2.resize(flow, size, interpolation=cv2.INTER_NEAREST_EXACT)
                   * np.array([*ratio, 1], np.float32))
    return replace(frame, image=cv2.resize(frame.image, size, interpolation=cv2.INTER_LINEAR), objects=objects,
                   scale=(frame.scale[0] * ratio[0], frame.scale[1] * ratio[1]), **flows)


def _flipped(frame: ClipFrame) -> ClipFrame:
    objects, width = frame.objects, frame.image.shape[1]
    if objects is not None:
        x1, y1, x2, y2 = objects.bboxes.T
        objects = replace(objects, bboxes=np.stack([width - x2, y1, width - x1, y2], axis=1),
                          masks=objects.masks[:, :, ::-1])
    flows = _flows(frame, lambda flow: flow[:, ::-1] * np.array([-1, 1, 1], np.float32))
    return replace(frame, image=frame.image[:, ::-1], objects=objects, flip=not frame.flip, **flows)


def _cropped(frame: ClipFrame, rows: slice, columns: slice, by_centre: bool) -> ClipFrame:
    image, flows = frame.image[rows, columns], _flows(frame, lambda flow: flow[rows, columns])
    if frame.objects is None:
        return replace(frame, image=image, **flows)
    objects: Objects = replace(frame.objects, masks=frame.objects.masks[:, rows, columns])
    stays = objects.masks.any((1, 2))
    if by_centre:
        size = np.array([image.shape[1], image.shape[0]], np.float32)
        bboxes = objects.bboxes - np.array([columns.start, rows.start] * 2, np.float32)
        centres = (bboxes[:, :2] + bboxes[:, 2:]) / 2
        stays &= objects.ignore | ((centres >= 0) & (centres < size)).all(1)
        objects = replace(objects, bboxes=bboxes.clip(0, np.tile(size, 2))).select(stays)
    else:
        objects = objects.select(stays)
        objects = replace(objects, bboxes=tight_boxes(objects.masks))
    return replace(frame, image=image, objects=objects, **flows)


def _flows(frame: ClipFrame, change: Callable[[np.ndarray], np.ndarray]) -> dict[str, np.ndarray | None]:
    """What is known of a frame's flow, changed."""
    return {name: None if flow is None else change(flow)
            for name, flow in (('flow', frame.flow), ('flow_ahead', frame.flow_ahead))}
