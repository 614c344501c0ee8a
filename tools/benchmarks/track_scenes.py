"""Videos of made-up detections: what a detector would find of objects that move straight on; the same every time."""

from dataclasses import dataclass

import numpy as np

FIELD = 120     # side of the square that an object has to itself, pixels: boxes cover a fourth of the image
MISSES = 0.05   # share of the objects that are not found in a frame
CLUTTER = 0.05  # false detections of a frame, as a share of the objects
NOISE = 1.0     # standard deviation of each side of a box, pixels
CHANNELS = 128
LIKENESS = 0.95     # cosine of two embeddings of an object, about


@dataclass(frozen=True, eq=False)
class Found:
    """The detections of one frame.

    Attributes:
        bboxes: (N, 4) float32, xyxy.
        scores: (N,) float32.
        embeds: (N, 128) float32, of length one.
    """

    bboxes: np.ndarray
    scores: np.ndarray
    embeds: np.ndarray

    def __len__(self) -> int:
        return len(self.scores)

    def rows(self, bboxes: np.ndarray) -> list[int]:
        """Which detections these boxes (K, 4) are."""
        places = {box.tobytes(): row for row, box in enumerate(self.bboxes)}
        return [places[box.tobytes()] for box in np.asarray(bboxes, np.float32)]


@dataclass(frozen=True, eq=False)
class Scene:
    """A square video of objects of one class.

    Attributes:
        side: Pixels of a side.
        frames: What was found.
    """

    side: int
    frames: tuple[Found, ...]


def make_scene(num_objects: int, num_frames: int) -> Scene:
    """Objects of constant velocity, found with noise, misses and clutter; the image grows with their number."""
    random = np.random.default_rng(num_objects)
    side = int(np.ceil(FIELD * num_objects ** 0.5))
    centres, sizes = random.uniform(0, side, (num_objects, 2)), _sizes(random, num_objects)
    speeds = random.uniform(-2, 2, (num_objects, 2))
    looks = _unit(random.normal(size=(num_objects, CHANNELS)))
    blur = ((1 / LIKENESS - 1) / CHANNELS) ** 0.5
    frames = []
    for frame in range(num_frames):
        seen = random.random(num_objects) >= MISSES
        count = int(seen.sum())
        boxes = _boxes(centres + frame * speeds, sizes)[seen] + random.normal(0, NOISE, (count, 4))
        embeds = looks[seen] + random.normal(0, blur, (count, CHANNELS))
        false = random.poisson(CLUTTER * num_objects)
        boxes = np.concatenate([boxes, _boxes(random.uniform(0, side, (false, 2)), _sizes(random, false))])
        embeds = np.concatenate([embeds, random.normal(size=(false, CHANNELS))])
        scores = np.concatenate([0.3 + 0.7 * random.beta(5, 1, count), random.uniform(0.1, 0.7, false)])
        order = random.permutation(len(scores))
        frames.append(Found(*(values[order].astype(np.float32) for values in (boxes, scores, _unit(embeds)))))
    return Scene(side, tuple(frames))


def _sizes(random: np.random.Generator, number: int) -> np.ndarray:
    width = random.uniform(30, 60, number)
    return np.stack([width, width * random.uniform(1.5, 2.5, number)], axis=1)


def _boxes(centres: np.ndarray, sizes: np.ndarray) -> np.ndarray:
    return np.concatenate([centres - sizes / 2, centres + sizes / 2], axis=1)


def _unit(vectors: np.ndarray) -> np.ndarray:
    return vectors / np.linalg.norm(vectors, axis=1, keepdims=True)
