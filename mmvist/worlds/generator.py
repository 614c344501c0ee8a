"""Make the videos of a world, in memory."""

from collections.abc import Iterator
from dataclasses import replace

import cv2
import numpy as np

from mmvist.worlds.annotate import render_video
from mmvist.worlds.config import SPLITS, WorldConfig
from mmvist.worlds.scenario import make_scene, staged_kinds
from mmvist.worlds.video import RenderedVideo

NOISE_MARGIN = 64
ATTEMPTS = 12  # castings tried until a staged hard case shows up in the rendered masks


def generate(config: WorldConfig) -> Iterator[RenderedVideo]:
    """All videos of a world, split by split; equal configs give equal videos."""
    for split in SPLITS:
        for index in range(config.num_videos(split)):
            yield generate_video(config, split, index)


def generate_video(config: WorldConfig, split: str, index: int) -> RenderedVideo:
    """One video, which depends on the seed, the split and the index, not on the videos before it.

    Args:
        config: The world.
        split: 'train' or 'val'.
        index: Number of the video in its split, from 0.

    Raises:
        ValueError: The world has no such split or video.
    """
    if not 0 <= index < config.num_videos(split):
        raise ValueError(f'{split} has {config.num_videos(split)} videos, numbered from 0; got {index}')
    staged = staged_kinds(config, index)
    for attempt in range(ATTEMPTS):
        rng = np.random.default_rng([config.seed, SPLITS.index(split), index, attempt])
        video = render_video(config, make_scene(config, rng, staged), split, index)
        if set(staged) <= {case.kind for case in video.hard_cases}:
            break
    return replace(video, images=_with_noise(video.images, rng, config.noise))


def _with_noise(images: np.ndarray, rng: np.random.Generator, deviation: float) -> np.ndarray:
    """Images (T, H, W, 3) with sensor noise: one sheet of it, read at another place for every frame."""
    height, width = images.shape[1:3]
    sheet = rng.standard_normal((height + NOISE_MARGIN, width + NOISE_MARGIN, 3), np.float32) * np.float32(deviation)
    noisy = np.empty_like(images)
    for frame, (top, left) in enumerate(rng.integers(NOISE_MARGIN + 1, size=(len(images), 2)).tolist()):
        # Rounds and saturates.
        cv2.add(images[frame], sheet[top:top + height, left:left + width], dst=noisy[frame], dtype=cv2.CV_8U)
    return noisy
