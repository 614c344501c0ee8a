"""A rendered video with everything that is known about it."""

from dataclasses import dataclass

import numpy as np

from mmvist.io.flow import SEEN
from mmvist.io.hard_cases import HardCase
from mmvist.structures import VideoTracks


@dataclass(frozen=True, eq=False)
class RenderedVideo:
    """Images and exact annotations of one video of T frames with K objects; object k has the track id k + 1.

    Attributes:
        split: Name of the split.
        images: (T, H, W, 3) uint8 BGR.
        tracks: What is visible: masks disjoint, at least `WorldConfig.min_area` pixels each.
        depth: (T, H, W) float32 along the optical axis, metres; infinite for the sky.
        backward_flow: (T, H, W, 2) float32 (right, down) pixels: pixel p of frame t shows the point that is at
            p + flow in frame t - 1. Zero in frame 0.
        backward_known: (T, H, W) uint8 as `io.flow` counts: whether that point is `SEEN` in frame t - 1 (to half a
            pixel), `HIDDEN` there or outside, or `UNKNOWN`, since there is no such frame or it is behind its camera.
        forward_flow: (T, H, W, 2) float32, the same towards frame t + 1; zero in the last frame.
        forward_known: (T, H, W) uint8.
        intrinsics: (3, 3) float64.
        poses: (T, 4, 4) float64, camera to world; x right, y down, z ahead, metres.
        paths: (T, K, 3) float64, where the middle of each object's lower edge is in the world, metres.
        labels: (K,) int64, index into `config.CLASSES`.
        looks: (K,) int64, equal for objects of one class that look alike.
        areas: (T, K) int64 visible pixels; 0 where the object has no mask.
        silhouettes: (T, K, 2) int64 pixels its outline would have if nothing stood before it: without the image's
            borders (up to one image size around it), and inside the image.
        hard_cases: What is hard for a tracker in it.
    """

    split: str
    images: np.ndarray
    tracks: VideoTracks
    depth: np.ndarray
    backward_flow: np.ndarray
    backward_known: np.ndarray
    forward_flow: np.ndarray
    forward_known: np.ndarray
    intrinsics: np.ndarray
    poses: np.ndarray
    paths: np.ndarray
    labels: np.ndarray
    looks: np.ndarray
    areas: np.ndarray
    silhouettes: np.ndarray
    hard_cases: tuple[HardCase, ...]

    @property
    def backward_valid(self) -> np.ndarray:
        """(T, H, W) bool: whether the point of a pixel is visible in frame t - 1."""
        return self.backward_known == SEEN

    @property
    def forward_valid(self) -> np.ndarray:
        """(T, H, W) bool: the same for frame t + 1."""
        return self.forward_known == SEEN

    @property
    def visibility(self) -> np.ndarray:
        """(T, K) float64 in 0..1: the visible part of each object's whole outline; 0 where it has no mask."""
        return np.minimum(self.areas / np.maximum(self.silhouettes[..., 0], 1), 1.0)
