"""Everything that is known about a scene, put together from its rendered frames."""

from collections.abc import Sequence

import numpy as np

from mmvist.io.flow import HIDDEN, SEEN, UNKNOWN
from mmvist.structures import Video, VideoTracks, rle
from mmvist.worlds.config import WorldConfig
from mmvist.worlds.flow import rigid_flow, visible_there
from mmvist.worlds.hard_cases import find_hard_cases
from mmvist.worlds.render import Frame, render
from mmvist.worlds.scene import Scene
from mmvist.worlds.video import RenderedVideo


def render_video(config: WorldConfig, scene: Scene, split: str, index: int) -> RenderedVideo:
    """Render all frames of a scene, noise left out, and annotate them.

    Args:
        config: The world the scene belongs to.
        scene: What to render.
        split: Name of the split.
        index: Number of the video in its split, from 0.
    """
    frames = [render(scene, frame) for frame in range(len(scene))]
    video = Video(index + 1, f'{split}_{index + 1:04d}', config.height, config.width, len(frames),
                  tuple(f'{split}_{index + 1:04d}/{frame:05d}.jpg' for frame in range(len(frames))), config.fps)
    masks, areas = _masks(scene, frames, config.min_area)
    bboxes = np.zeros((*areas.shape, 4), np.float32)
    rows = []
    for (frame, column), counts in masks.items():
        bboxes[frame, column] = rle.bboxes([counts], config.height, config.width)[0]
        actor = scene.actors[column]
        rows.append((frame, actor.id, actor.label, 1.0, bboxes[frame, column], counts, False))
    silhouettes = np.stack([frame.silhouettes for frame in frames])
    backward = [_flow(scene, frames, frame, max(frame - 1, 0)) for frame in range(len(frames))]
    forward = [_flow(scene, frames, frame, min(frame + 1, len(frames) - 1)) for frame in range(len(frames))]
    paths = np.zeros((len(frames), len(scene.actors), 3))
    for column, actor in enumerate(scene.actors):
        paths[:, column] = actor.path
    return RenderedVideo(
        split=split,
        images=np.stack([frame.image for frame in frames]),
        tracks=VideoTracks.from_rows(video, rows),
        depth=np.stack([_depth(frame.inverse_depth) for frame in frames]),
        backward_flow=np.stack([flow for flow, _ in backward]),
        backward_known=np.stack([known for _, known in backward]),
        forward_flow=np.stack([flow for flow, _ in forward]),
        forward_known=np.stack([known for _, known in forward]),
        intrinsics=scene.cameras[0].intrinsics,
        poses=np.stack([camera.pose for camera in scene.cameras]),
        paths=paths,
        labels=np.array([actor.label for actor in scene.actors], np.int64),
        looks=np.array([actor.looks for actor in scene.actors], np.int64),
        areas=areas,
        silhouettes=silhouettes,
        hard_cases=tuple(find_hard_cases(areas > 0, silhouettes[..., 1] >= config.min_area, bboxes,
                                         [(actor.label, actor.looks) for actor in scene.actors])))


def _masks(scene: Scene, frames: Sequence[Frame], min_area: int
           ) -> tuple[dict[tuple[int, int], bytes], np.ndarray]:
    """Masks by (frame, column) and their areas (T, K), without those that are too small."""
    first = 1 + len(scene.street.planes)
    areas = np.zeros((len(frames), len(scene.actors)), np.int64)
    masks = {}
    for number, frame in enumerate(frames):
        pixels = np.bincount(frame.surfaces.ravel(), minlength=first + len(scene.actors))
        areas[number] = pixels[first:first + len(scene.actors)]
        areas[number][areas[number] < min_area] = 0
        for column in np.flatnonzero(areas[number]).tolist():
            masks[number, column] = rle.encode(frame.surfaces == first + column)
    return masks, areas


def _depth(inverse_depth: np.ndarray) -> np.ndarray:
    return np.divide(1, inverse_depth, out=np.full(inverse_depth.shape, np.inf), where=inverse_depth > 0
                     ).astype(np.float32)


def _flow(scene: Scene, frames: Sequence[Frame], start: int, end: int) -> tuple[np.ndarray, np.ndarray]:
    """Flow (H, W, 2) float32 from one frame to another, and what is known of it (H, W); nothing for one and itself."""
    frame = frames[start]
    if start == end:
        return np.zeros((*frame.surfaces.shape, 2), np.float32), np.full(frame.surfaces.shape, UNKNOWN, np.uint8)
    first = 1 + len(scene.street.planes)
    moves = np.zeros((first + len(scene.actors) + len(scene.street.furniture), 3))
    for column, actor in enumerate(scene.actors):
        moves[first + column] = actor.path[end] - actor.path[start]
    flow, reached = rigid_flow(frame.inverse_depth, frame.surfaces, moves, scene.cameras[start], scene.cameras[end])
    seen = visible_there(flow, reached, frame.surfaces, frames[end].surfaces)
    return flow.astype(np.float32), np.select([seen, reached >= 0], [SEEN, HIDDEN], UNKNOWN).astype(np.uint8)
