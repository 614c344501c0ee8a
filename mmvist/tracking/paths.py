"""The best paths through the detections of a video, by dynamic programming."""

from collections.abc import Sequence

import numpy as np

NONE = -1


class Paths:
    """Paths that take at most one detection of each frame and no detection twice, best first.

    A path is worth the sum of its detections' values and of its links, and goes from each frame to the one listed after
    it. Per detection it is known what the best path that ends with it is worth,

        D(j) = value(j) + max(0, max_i D(i) + link(i, j)),

    and taking a path away changes that only for the detections whose own best path had shared a part with it.

    Of paths worth the same, the one that ends first is taken, and of several that end in one frame the one whose last
    detection is listed first; it comes from as far back as it can without loss, in each frame over the detection listed
    first.

    Args:
        values: (N,) what each detection is worth, frame by frame.
        offsets: (F + 1,) the detections of frame f are offsets[f]:offsets[f + 1], at least one.
        links: For each frame what it is worth to come from a detection of the frame before, (K of that frame, K),
            `-inf` where it is forbidden; `None` for a frame that no path comes to from another.
    """

    def __init__(self, values: np.ndarray, offsets: np.ndarray, links: Sequence[np.ndarray | None]) -> None:
        self._values, self._offsets, self._links = values, offsets.tolist(), links
        # D, and where it comes from; detections that are taken have -inf.
        self._worth, self._previous = values.astype(np.float64), np.full(len(values), NONE)
        for frame in range(len(links)):
            self._compare(frame, np.arange(self._offsets[frame], self._offsets[frame + 1]))

    def best(self) -> np.ndarray:
        """The best path of what is left: its detections, by rising frame; (0,) when nothing is left."""
        path = []
        row = int(self._worth.argmax()) if len(self._worth) else NONE
        while row != NONE and self._worth[row] > -np.inf:
            path.append(row)
            row = int(self._previous[row])
        return np.array(path[::-1], np.int64)

    def remove(self, path: np.ndarray) -> None:
        """Take a path's detections away."""
        self._worth[path] = -np.inf
        self._previous[path] = NONE
        changed = np.zeros(len(self._worth) + 1, bool)      # the last entry is what NONE looks up
        changed[path] = True
        first = int(np.searchsorted(self._offsets, path[0], 'right')) - 1
        for frame in range(first + 1, len(self._links)):
            start, stop = self._offsets[frame], self._offsets[frame + 1]
            stale = start + np.flatnonzero(changed[self._previous[start:stop]])
            before = self._worth[stale]
            self._compare(frame, stale)
            changed[stale] = self._worth[stale] != before
            if stop > path[-1] and not changed[start:stop].any():
                break

    def _compare(self, frame: int, rows: np.ndarray) -> None:
        """Find where the best paths of some detections of a frame come from."""
        links = self._links[frame]
        if links is None or len(rows) == 0:
            return
        start = self._offsets[frame]
        offered = self._worth[start - len(links):start, None] + links[:, rows - start]
        sources = offered.argmax(axis=0)
        gains = offered[sources, np.arange(len(rows))]
        extends = gains >= 0
        self._worth[rows] = self._values[rows] + np.where(extends, gains, 0)
        self._previous[rows] = np.where(extends, start - len(links) + sources, NONE)
