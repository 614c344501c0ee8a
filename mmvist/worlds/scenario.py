"""Who is in a video and where everyone goes."""

from collections.abc import Sequence

import numpy as np

from mmvist.worlds.camera import Camera, make_intrinsics, make_pose
from mmvist.worlds.config import WorldConfig
from mmvist.worlds.hard_cases import STAGED_KINDS
from mmvist.worlds.roles import Draft, boxes_in_view, draw_extra, stage_look_alikes, stage_occlusion, stage_reentry
from mmvist.worlds.scene import Actor, Scene
from mmvist.worlds.street import build_street

TRIES = 80  # placements tried before a street counts as full
IN_VIEW = 0.6  # share of the frames in which an extra object must be well in view
SWAY = np.deg2rad(1.0)
PAN = np.deg2rad(20.0)


def staged_kinds(config: WorldConfig, index: int) -> tuple[str, ...]:
    """The hard cases that video `index` of any split stages.

    Each kind returns with its own period, and the first video of each kind is another one, so that any split with at
    least as many videos as kinds has them all. A moment needs a frame before and one after.
    """
    if config.num_frames < 3:
        return ()
    shares = dict(zip(STAGED_KINDS, (config.full_occlusions, config.look_alikes, config.reentries), strict=True))
    return tuple(kind for offset, kind in enumerate(STAGED_KINDS)
                 if shares[kind] > 0 and (index - offset) % max(round(1 / shares[kind]), 1) == 0)


def make_scene(config: WorldConfig, rng: np.random.Generator, staged: Sequence[str]) -> Scene:
    """Cast a video.

    Args:
        config: Image size, frames, numbers of objects.
        rng: Source of everything random.
        staged: Kinds of hard cases to arrange for, in any order.
    """
    duration = config.num_frames / config.fps
    crossing = bool(staged) or rng.random() < 1 - config.drives
    if crossing:
        junction = rng.uniform(7.5, 9.5)
        speed = rng.uniform(0, min(config.camera_speed, 1.5 / duration))
    else:
        junction = rng.uniform(22, 32)
        speed = rng.uniform(0.3, 1) * config.camera_speed
    pan = rng.choice([-1, 1]) if 'leave_and_reenter' in staged and rng.random() < 0.6 else 0
    cameras = _drive(config, rng, speed, pan * PAN)
    drafts = []
    if 'full_occlusion_and_return' in staged:
        drafts += stage_occlusion(rng, junction, cameras)
    if 'look_alikes_cross' in staged:
        drafts += stage_look_alikes(rng, junction, cameras)
    if 'leave_and_reenter' in staged:
        drafts += stage_reentry(rng, junction, cameras, pan)
    wanted = int(rng.integers(config.min_objects, config.max_objects + 1))
    for _ in range(TRIES):
        if len(drafts) >= wanted:
            break
        draft = draw_extra(rng, junction, cameras, 1 / config.fps, crossing)
        if _fits(draft, drafts, cameras, config.occlusion):
            drafts.append(draft)
    drafts = [drafts[index] for index in rng.permutation(len(drafts))]
    looks = {draft.looks: number for number, draft in enumerate(drafts)}
    actors = tuple(Actor(number, draft.label, looks[draft.looks], draft.draw(), draft.path)
                   for number, draft in enumerate(drafts, start=1))
    return Scene(build_street(rng, junction, config.width / 320), actors, cameras)


def _drive(config: WorldConfig, rng: np.random.Generator, speed: float, pan: float) -> tuple[Camera, ...]:
    intrinsics = make_intrinsics(config.height, config.width)
    start = np.array([rng.uniform(0.2, 1.8), -rng.uniform(1.4, 1.7), 0.0])
    tilt, phases = rng.uniform(0.0, 0.05), rng.uniform(0, 2 * np.pi, 2)
    cameras = []
    for frame in range(config.num_frames):
        time = frame / config.fps
        turned = pan * np.sin(np.pi * frame / max(config.num_frames - 1, 1)) ** 2
        yaw = SWAY * np.sin(1.3 * time + phases[0]) + turned
        pitch = tilt + SWAY / 3 * np.sin(4.0 * time + phases[1])
        position = start + np.array([0, 0, speed * time])
        cameras.append(Camera(intrinsics, make_pose(position, yaw, pitch), config.height, config.width))
    return tuple(cameras)


def _fits(draft: Draft, others: Sequence[Draft], cameras: Sequence[Camera], occlusion: float) -> bool:
    """Whether an extra object is well in view and neither hides nor is hidden too much, going by boxes."""
    boxes, seen = boxes_in_view(draft, cameras)
    if seen.mean() < IN_VIEW:
        return False
    for other in others:
        other_boxes, other_seen = boxes_in_view(other, cameras)
        both = seen & other_seen
        low = np.maximum(boxes[both, :2], other_boxes[both, :2])
        high = np.minimum(boxes[both, 2:], other_boxes[both, 2:])
        nearer = draft.path[both, 2] < other.path[both, 2]
        hidden = np.where(nearer[:, None], other_boxes[both], boxes[both])
        covered = _area(low, high) / np.maximum(_area(hidden[:, :2], hidden[:, 2:]), 1)
        if covered.sum() / len(seen) > occlusion:
            return False
    return True


def _area(low: np.ndarray, high: np.ndarray) -> np.ndarray:
    return np.clip(high - low, 0, None).prod(axis=1)
