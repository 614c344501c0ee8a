"""SORT in the plain manner: an object with a Kalman filter of 7x7 matrices for each track, as its authors wrote it.

It stands for the many programs written like this; their seconds are not exactly its own.
"""

import numpy as np
from scipy.optimize import linear_sum_assignment

MIN_IOU, MAX_MISSES, MIN_HITS = 0.3, 1, 3
MOTION = np.eye(7) + np.eye(7, k=4)                     # centre x, y, area, aspect ratio, changes of the first three
SEEN = np.eye(4, 7)
FIRST = np.diag([10., 10, 10, 10, 1e4, 1e4, 1e4])
PROCESS = np.diag([1., 1, 1, 1, 1e-2, 1e-2, 1e-4])
MEASUREMENT = np.diag([1., 1, 10, 10])


class Track:
    """One object's filter."""

    def __init__(self, bbox: np.ndarray, number: int) -> None:
        self.number, self.hits, self.misses = number, 0, 0
        self.values = np.concatenate([as_values(bbox), np.zeros((3, 1))])
        self.spread = FIRST

    def predict(self) -> np.ndarray:
        """One frame ahead: the box (4,) expected there."""
        if self.values[2] + self.values[6] <= 0:
            self.values[6] = 0
        self.values = MOTION @ self.values
        self.spread = MOTION @ self.spread @ MOTION.T + PROCESS
        self.hits = 0 if self.misses else self.hits
        self.misses += 1
        return self.bbox

    def correct(self, bbox: np.ndarray) -> None:
        """After a detection."""
        self.misses = 0
        self.hits += 1
        gain = self.spread @ SEEN.T @ np.linalg.inv(SEEN @ self.spread @ SEEN.T + MEASUREMENT)
        self.values = self.values + gain @ (as_values(bbox) - SEEN @ self.values)
        rest = np.eye(7) - gain @ SEEN
        self.spread = rest @ self.spread @ rest.T + gain @ MEASUREMENT @ gain.T

    @property
    def bbox(self) -> np.ndarray:
        """Where it is, (4,) xyxy."""
        x, y, area, aspect = self.values[:4, 0]
        width = np.sqrt(area * aspect)
        return np.array([x - width / 2, y - area / width / 2, x + width / 2, y + area / width / 2])


class PlainSORT:
    """All tracks of a video.

    Args:
        loop: Compare boxes pair by pair in Python, not in one NumPy expression.
    """

    def __init__(self, loop: bool) -> None:
        self.compare = overlaps_in_a_loop if loop else overlaps
        self.tracks: list[Track] = []
        self.num_frames, self.num_tracks = 0, 0

    def step(self, bboxes: np.ndarray) -> list[tuple[int, int]]:
        """Rows of a frame's boxes (N, 4) and the numbers of their tracks, where these are trusted."""
        self.num_frames += 1
        expected = [(track, track.predict()) for track in self.tracks]
        self.tracks = [track for track, bbox in expected if np.isfinite(bbox).all()]
        named: dict[int, Track] = {}
        if self.tracks and len(bboxes):
            overlap = self.compare(bboxes, np.array([bbox for _, bbox in expected if np.isfinite(bbox).all()]))
            for row, place in zip(*linear_sum_assignment(overlap, maximize=True), strict=True):
                if overlap[row, place] >= MIN_IOU:
                    self.tracks[place].correct(bboxes[row])
                    named[row] = self.tracks[place]
        for row in range(len(bboxes)):
            if row not in named:
                named[row] = Track(bboxes[row], self.num_tracks)
                self.num_tracks += 1
                self.tracks.append(named[row])
        self.tracks = [track for track in self.tracks if track.misses <= MAX_MISSES]
        return [(row, track.number) for row, track in named.items()
                if track.hits >= MIN_HITS or self.num_frames <= MIN_HITS]


def as_values(bbox: np.ndarray) -> np.ndarray:
    """Centre x, y, area and aspect ratio of a box, (4, 1)."""
    width, height = bbox[2] - bbox[0], bbox[3] - bbox[1]
    return np.array([[bbox[0] + width / 2], [bbox[1] + height / 2], [width * height], [width / height]], np.float64)


def overlaps(first: np.ndarray, second: np.ndarray) -> np.ndarray:
    """Intersection over union, (N, M)."""
    low = np.maximum(first[:, None, :2], second[:, :2])
    high = np.minimum(first[:, None, 2:], second[:, 2:])
    common = np.clip(high - low, 0, None).prod(-1)
    areas = [(boxes[:, 2:] - boxes[:, :2]).prod(-1) for boxes in (first, second)]
    return common / (areas[0][:, None] + areas[1] - common)


def overlaps_in_a_loop(first: np.ndarray, second: np.ndarray) -> np.ndarray:
    """The same, pair by pair."""
    return np.array([[_overlap(one, other) for other in second.tolist()] for one in first.tolist()])


def _overlap(one: list[float], other: list[float]) -> float:
    width = max(0., min(one[2], other[2]) - max(one[0], other[0]))
    height = max(0., min(one[3], other[3]) - max(one[1], other[1]))
    common = width * height
    return common / ((one[2] - one[0]) * (one[3] - one[1]) + (other[2] - other[0]) * (other[3] - other[1]) - common)
