"""Sparse optical flow to train on, from points that several frames see."""

from collections.abc import Iterator
from pathlib import Path

import numpy as np

from mmvist.io.flow import SEEN, UNKNOWN, write_flow
from mmvist.mining.structure import Observations


def sparse_flow(observations: Observations, step: int, height: int, width: int) -> Iterator[tuple[int, np.ndarray,
                                                                                                np.ndarray]]:
    """Flow between successive frames at the points that both see: the difference of the two places.

    Args:
        observations: Points and places; of two points at one pixel the later counts.
        step: -1 for flow to the frame before, 1 for flow to the frame after.
        height: Rows of the images.
        width: Columns of the images.

    Yields:
        Frames that have points in common with the other one, rising, with flow (H, W, 2) float32 and (H, W) uint8,
        `SEEN` where a point is and else `UNKNOWN`.
    """
    place_of = {(point, frame): place for point, frame, place in
                zip(observations.points.tolist(), observations.frames.tolist(), observations.places, strict=True)}
    pairs: dict[int, list[tuple[np.ndarray, np.ndarray]]] = {}
    for (point, frame), place in place_of.items():
        other = place_of.get((point, frame + step))
        if other is not None:
            pairs.setdefault(frame, []).append((place, other - place))
    for frame in sorted(pairs):
        places, flows = (np.array(part) for part in zip(*pairs[frame], strict=True))
        columns, rows = np.rint(places).astype(np.int64).T
        inside = (columns >= 0) & (columns < width) & (rows >= 0) & (rows < height)
        flow, known = np.zeros((height, width, 2), np.float32), np.full((height, width), UNKNOWN, np.uint8)
        flow[rows[inside], columns[inside]] = flows[inside]
        known[rows[inside], columns[inside]] = SEEN
        yield frame, flow, known


def write_targets(observations: Observations, root: Path, name: str, height: int, width: int) -> int:
    """Write the flow of a video in both directions, `backward/<name>/<frame>.png` and `forward/...`.

    Returns:
        How many pixels have flow to the frame before.
    """
    count = 0
    for folder, step in (('backward', -1), ('forward', 1)):
        for frame, flow, known in sparse_flow(observations, step, height, width):
            write_flow(flow, known, root / folder / name / f'{frame:05d}.png')
            count += int((known == SEEN).sum()) if step < 0 else 0
    return count


def sample_flow(flow: np.ndarray, known: np.ndarray, still: np.ndarray, share: float, generator: np.random.Generator
                ) -> tuple[np.ndarray, np.ndarray]:
    """What structure from motion would know of exact flow: some points of what does not move, seen in both frames.

    Args:
        flow: (H, W, 2).
        known: (H, W) as `mmvist.io.flow` has it.
        still: (H, W) bool, pixels of the static scene.
        share: How many of these are known, in 0..1.
        generator: Where chance comes from.

    Returns:
        Flow and what is known of it, likewise.
    """
    chosen = (known == SEEN) & still & (generator.random(known.shape) < share)
    return flow * chosen[..., None], np.where(chosen, SEEN, UNKNOWN).astype(np.uint8)
