"""The parts an object can play: extras who fill the street, and those who stage a hard case."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from mmvist.worlds.camera import Camera
from mmvist.worlds.config import CLASSES
from mmvist.worlds.ground import JUNCTION, LANE, ROAD, STREET
from mmvist.worlds.pedestrians import draw_pedestrian
from mmvist.worlds.plane import NEAREST, Texture
from mmvist.worlds.vehicles import draw_car, draw_truck

CAR, PEDESTRIAN, TRUCK = range(len(CLASSES))
PAINTERS = (draw_car, draw_pedestrian, draw_truck)
USUAL_SIZES = (((1.8, 1.55), (4.3, 1.55)), ((0.7, 1.75), (0.85, 1.75)), ((2.4, 3.15), (6.8, 3.15)))  # end on, side on
SMALLEST, LARGEST = 0.125, 0.8  # heights of objects in view, in image heights


@dataclass(frozen=True, eq=False)
class Draft:
    """An object before its picture is drawn.

    Attributes:
        label: Index into the classes.
        view: Side it is seen from: left or right (where it heads), rear or front.
        looks: Seed of the picture; equal seeds look alike.
        path: (T, 3) of the middle of its lower edge, in metres.
    """

    label: int
    view: str
    looks: int
    path: np.ndarray

    @property
    def size(self) -> tuple[float, float]:
        """Metres (across, up) that objects of the class usually have."""
        return USUAL_SIZES[self.label][self.view in ('left', 'right')]

    def draw(self) -> Texture:
        """The picture."""
        return PAINTERS[self.label](np.random.default_rng(self.looks), self.view)


def draft(rng: np.random.Generator, label: int, view: str, x: np.ndarray | float, z: np.ndarray | float,
          num_frames: int, looks: int | None = None) -> Draft:
    """Invent an object and give it a path over the ground."""
    path = np.zeros((num_frames, 3))
    path[:, 0], path[:, 2] = x, z
    return Draft(label, view, int(rng.integers(2 ** 31)) if looks is None else looks, path)


def draw_extra(rng: np.random.Generator, junction: float, cameras: Sequence[Camera], interval: float,
               crossing: bool) -> Draft:
    """An object with nothing special about it.

    Args:
        rng: Source of everything random.
        junction: z at which the crossing street begins, in metres.
        cameras: One a frame.
        interval: Seconds between frames.
        crossing: Whether the crossing street is near enough to be walked and driven along.
    """
    time = np.arange(len(cameras)) * interval
    middle = time - time[-1] / 2
    drives = np.array([camera.position[2] for camera in cameras])
    role = rng.choice(['zebra', 'pavement', 'ahead', 'oncoming', 'parked', 'side'],
                      p=[0.22, 0.13, 0.1, 0.13, 0.12, 0.3] if crossing else [0, 0.3, 0.15, 0.25, 0.3, 0])
    side = rng.choice([-1, 1])
    num_frames = len(cameras)
    if role == 'zebra':
        near = rng.uniform(junction - 3.2, junction - 0.8)
        z = near if rng.random() < 0.7 else near + JUNCTION + 4
        x = rng.uniform(-3.5, 4.5) + side * rng.uniform(0.8, 1.6) * middle
        return draft(rng, PEDESTRIAN, 'right' if side > 0 else 'left', x, z, num_frames)
    if role == 'pavement':
        way = rng.choice([-1, 1])
        z = rng.uniform(5.5, 18) + way * rng.uniform(0.7, 1.5) * time
        return draft(rng, PEDESTRIAN, 'rear' if way > 0 else 'front', side * rng.uniform(ROAD + 0.5, STREET - 0.7),
                     z, num_frames)
    vehicle = TRUCK if rng.random() < 0.28 else CAR
    if role == 'ahead':
        z = drives + rng.uniform(7, 14) + rng.uniform(-0.8, 1.5) * time
        return draft(rng, vehicle, 'rear', LANE / 2 + rng.uniform(-0.3, 0.3), z, num_frames)
    if role == 'oncoming':
        z = rng.uniform(12, 28) - rng.uniform(1, 6) * time
        return draft(rng, vehicle, 'front', -LANE / 2 + rng.uniform(-0.3, 0.2), z, num_frames)
    if role == 'parked':
        z = rng.uniform(7, 30)
        if junction - 5 < z < junction + JUNCTION + 4:
            z += JUNCTION + 9
        return draft(rng, vehicle, 'rear' if side > 0 else 'front', side * (LANE + 0.95), z, num_frames)
    x = rng.uniform(-3, 5) + side * rng.uniform(0.5, 4.5) * middle
    return draft(rng, vehicle, 'right' if side > 0 else 'left', x, _lane(junction, side), num_frames)


def stage_occlusion(rng: np.random.Generator, junction: float, cameras: Sequence[Camera]) -> list[Draft]:
    """A truck drives past and hides somebody for a while."""
    share = _share(cameras)
    middle = cameras[len(cameras) // 2]
    way = rng.choice([-1, 1])
    depth = junction + rng.uniform(0.8, 1.4)
    target = junction + (rng.uniform(5.2, 6.2) if rng.random() < 0.5 else rng.uniform(4.5, 7.5))
    label = CAR if rng.random() < 0.5 else PEDESTRIAN
    x = middle.position[0] + rng.uniform(-1.5, 1.5)
    stroll = -way * rng.uniform(0.5, 1.5) * (share - 0.5)
    hidden = draft(rng, label, 'left' if way > 0 else 'right', x + stroll, target, len(cameras))
    # Seen from the camera, the middle of the truck's box passes the target halfway through the video.
    ratio = (depth - middle.position[2]) / (target - middle.position[2])
    meet = middle.position[0] + (x - middle.position[0]) * ratio
    travel = rng.uniform(12, 15)
    truck = draft(rng, TRUCK, 'right' if way > 0 else 'left', meet + way * (travel * (share - 0.5) + 0.8), depth,
                  len(cameras))
    return [hidden, truck]


def stage_look_alikes(rng: np.random.Generator, junction: float, cameras: Sequence[Camera]) -> list[Draft]:
    """Two of the same looks pass each other in opposite directions."""
    share, looks = _share(cameras), int(rng.integers(2 ** 31))
    x = rng.uniform(-0.5, 2.5)
    if rng.random() < 0.5:
        label, travel = PEDESTRIAN, rng.uniform(2.5, 3.5)
        near = junction - rng.uniform(2.0, 2.8)
        depths = (near, near + rng.uniform(0.8, 1.4))
    else:
        label, travel = CAR, rng.uniform(7, 9)
        depths = (_lane(junction, 1), _lane(junction, -1))
    return [draft(rng, label, 'right' if way > 0 else 'left', x + way * travel * (share - 0.5), z, len(cameras), looks)
            for way, z in zip((1, -1), depths, strict=True)]


def stage_reentry(rng: np.random.Generator, junction: float, cameras: Sequence[Camera], pan: int) -> list[Draft]:
    """Somebody near the border leaves the image and returns.

    Args:
        rng: Source of everything random.
        junction: z at which the crossing street begins, in metres.
        cameras: One a frame.
        pan: 1 or -1 where the camera looks to the right or left for a while, 0 where the object itself walks out.
    """
    share, last = _share(cameras), cameras[-1]
    z = junction - rng.uniform(1.0, 2.6)
    half = (z - last.position[2]) / last.intrinsics[0, 0] * last.width / 2
    side = -pan if pan else rng.choice([-1, 1])
    if pan:
        label = CAR if rng.random() < 0.5 else PEDESTRIAN
        x = last.position[0] + side * half * rng.uniform(0.7, 0.8) + rng.uniform(-0.3, 0.3) * (share - 0.5)
    else:
        label = PEDESTRIAN
        x = last.position[0] + side * (half * 0.75 + (half * 0.35 + 0.6) * np.sin(np.pi * share) ** 2)
    return [draft(rng, label, 'front', x, z, len(cameras))]


def boxes_in_view(draft: Draft, cameras: Sequence[Camera]) -> tuple[np.ndarray, np.ndarray]:
    """Where a picture is, whatever stands before it.

    Returns:
        Boxes (T, 4) xyxy, clipped to the image, and the frames (T,) bool in which it is well in view.
    """
    width, height = draft.size
    offsets = np.array([[-width / 2, -height, 0], [width / 2, 0, 0]])
    boxes, seen = np.zeros((len(cameras), 4)), np.zeros(len(cameras), bool)
    for frame, camera in enumerate(cameras):
        pixels, depth = camera.project(draft.path[frame] + offsets)
        if depth.min() < NEAREST:
            continue
        clipped = np.clip(pixels, 0, (camera.width, camera.height))
        boxes[frame] = clipped.ravel()
        inside = np.ptp(clipped, axis=0).prod() / np.ptp(pixels, axis=0).prod()
        seen[frame] = inside > 0.6 and SMALLEST < np.ptp(pixels[:, 1]) / camera.height < LARGEST
    return boxes, seen


def _share(cameras: Sequence[Camera]) -> np.ndarray:
    """(T,) how much of the video has passed, 0..1."""
    return np.linspace(0, 1, len(cameras))


def _lane(junction: float, way: int) -> float:
    """Where (z) on the crossing street one drives; traffic keeps to the right."""
    return junction + JUNCTION * (0.25 if way > 0 else 0.75)
