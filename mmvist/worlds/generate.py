"""Make the videos of a world, in memory."""

from collections.abc import Iterator

import numpy as np

from mmvist.structures import Video, VideoTracks, rle
from mmvist.worlds.camera import Camera
from mmvist.worlds.config import SPLITS, WorldConfig
from mmvist.worlds.flow import rigid_flow, visible_there
from mmvist.worlds.hard_cases import HardCase, find_hard_cases
from mmvist.worlds.render import Frame, render
from mmvist.worlds.scenario import make_scene, staged_kinds
from mmvist.worlds.scene import Scene
from mmvist.worlds.video import RenderedVideo

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
    """
    if not 0 <= index < config.num_videos(split):
        raise ValueError(f'{split} has videos 0..{config.num_videos(split) - 1}, got {index}')
    staged = staged_kinds(config, index)
    for attempt in range(ATTEMPTS):
        rng = np.random.default_rng([config.seed, SPLITS.index(split), index, attempt])
        scene = make_scene(config, rng, staged)
        frames = [render(scene, frame) for frame in range(config.num_frames)]
        video = annotate(config, scene, frames, split, index)
        if set(staged) <= {case.kind for case in video.hard_cases}:
            break
    noise = rng.standard_normal(video.images.shape, np.float32) * config.noise
    images = np.clip(video.images + noise, 0, 255).round().astype(np.uint8)
    return video.with_images(images)
