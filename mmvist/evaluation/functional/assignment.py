"""Which object each result stands for: the best one-to-one choice in every frame.

Nearly every pair of a real video is alone: its object is like no other result, its result like no other object. Those
are settled for all frames at once; only the frames with a choice are solved one by one.
"""

from collections.abc import Iterator
from typing import Literal

import numpy as np

from mmvist.evaluation.functional.similarity import VideoSimilarity

# What a kept pair counts more than any likeness, as in TrackEval.
BONUS = 1000.0
# More than all distances of a frame together, as a forbidden pair has it in motmetrics.
FORBIDDEN = 1e6


def best_pairs(similarity: VideoSimilarity, weights: np.ndarray, eligible: np.ndarray) -> np.ndarray:
    """Positions of the pairs whose weights have the greatest sum in their frame, rising.

    Args:
        similarity: M pairs.
        weights: (M,) float64 above 0.
        eligible: (M,) bool, the pairs that may be chosen.
    """
    lone, contested = _split(similarity, eligible)
    chosen = [lone]
    for _, pairs, rows, columns, shape in _frames(similarity, contested):
        matrix = np.zeros(shape)
        matrix[rows, columns] = weights[pairs]
        chosen.append(_solved(matrix, rows, columns, pairs))
    return np.sort(np.concatenate(chosen))


def tracked_pairs(similarity: VideoSimilarity, eligible: np.ndarray, keep: Literal['previous', 'earlier']
                  ) -> np.ndarray:
    """Positions of the chosen pairs, rising, where an object keeps the result it had if it can.

    Args:
        similarity: M pairs.
        eligible: (M,) bool, the pairs that may be chosen.
        keep: 'previous': pairs of the frame before come first, then the greatest sum of likeness (TrackEval).
            'earlier': an object keeps its last id however long ago that was, in the order of the objects, then as many
            pairs as possible with the smallest sum of distances (motmetrics).
    """
    lone, contested = _split(similarity, eligible)
    if len(contested) == 0:
        return lone
    objects = np.unique(similarity.gt_ids, return_inverse=True)[1]
    steps = steps_of(similarity)
    last_id, last_step = np.zeros(len(objects), np.int64), np.full(len(objects), -2)
    chosen, settled = [lone], 0
    lone_steps = steps[similarity.gt_frames[similarity.gt_rows[lone]]]

    def note(pairs: np.ndarray, step: np.ndarray | int) -> None:
        of = objects[similarity.gt_rows[pairs]]
        last_id[of], last_step[of] = similarity.ids[similarity.rows[pairs]], step

    for frame, pairs, rows, columns, shape in _frames(similarity, contested):
        step = steps[frame]
        until = np.searchsorted(lone_steps, step)
        note(lone[settled:until], lone_steps[settled:until])
        settled = until
        of, ids = objects[similarity.gt_rows[pairs]], similarity.ids[similarity.rows[pairs]]
        values = similarity.values[pairs]
        if keep == 'previous':
            kept = (last_id[of] == ids) & (last_step[of] == step - 1)
            matrix = np.zeros(shape)
            matrix[rows, columns] = values + BONUS * kept
            found = _solved(matrix, rows, columns, pairs)
        else:
            found = _kept_first(rows, columns, (last_id[of] == ids) & (last_step[of] >= 0), values, shape, pairs)
        note(found, step)
        chosen.append(found)
    return np.sort(np.concatenate(chosen))


def _split(similarity: VideoSimilarity, eligible: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Eligible pairs that nothing else competes with, and the others."""
    pairs = np.flatnonzero(eligible)
    rows, columns = similarity.gt_rows[pairs], similarity.rows[pairs]
    alone = (np.bincount(rows)[rows] == 1) & (np.bincount(columns)[columns] == 1) if len(pairs) else eligible[:0]
    return pairs[alone], pairs[~alone]


def _frames(similarity: VideoSimilarity, pairs: np.ndarray
            ) -> Iterator[tuple[int, np.ndarray, np.ndarray, np.ndarray, tuple[int, int]]]:
    """Every frame with contested pairs: the pairs, their rows and columns in it, and its objects and results."""
    if len(pairs) == 0:
        return
    of_pair = similarity.gt_frames[similarity.gt_rows[pairs]]
    starts = np.flatnonzero(np.diff(of_pair, prepend=-1))
    frames = of_pair[starts]
    first, last = (np.stack([np.searchsorted(column, frames + after) for column in
                             (similarity.gt_frames, similarity.frames)], axis=1) for after in (0, 1))
    stops = np.append(starts, len(pairs))[1:]
    for index, (start, stop) in enumerate(zip(starts.tolist(), stops.tolist(), strict=True)):
        here = pairs[start:stop]
        yield (int(frames[index]), here, similarity.gt_rows[here] - first[index, 0],
               similarity.rows[here] - first[index, 1], tuple((last - first)[index].tolist()))


def _solved(matrix: np.ndarray, rows: np.ndarray, columns: np.ndarray, pairs: np.ndarray) -> np.ndarray:
    """The pairs that an assignment of the greatest sum takes; what is no pair weighs nothing."""
    # Here, as it takes a second and 50 MB to import, which many videos never need.
    from scipy.optimize import linear_sum_assignment

    partner = np.full(matrix.shape[0], -1)
    found = linear_sum_assignment(matrix, maximize=True)
    partner[found[0]] = found[1]
    return pairs[partner[rows] == columns]


def _kept_first(rows: np.ndarray, columns: np.ndarray, known: np.ndarray, values: np.ndarray, shape: tuple[int, int],
                pairs: np.ndarray) -> np.ndarray:
    used_rows, used_columns, kept = set(), set(), []
    for index in np.flatnonzero(known).tolist():
        if rows[index] not in used_rows and columns[index] not in used_columns:
            used_rows.add(rows[index])
            used_columns.add(columns[index])
            kept.append(index)
    free = np.array([row not in used_rows and column not in used_columns
                     for row, column in zip(rows.tolist(), columns.tolist(), strict=True)])
    matrix = np.zeros(shape)
    matrix[rows[free], columns[free]] = FORBIDDEN - (1 - values[free])
    return np.concatenate([pairs[kept], _solved(matrix, rows[free], columns[free], pairs[free])])


def steps_of(similarity: VideoSimilarity) -> np.ndarray:
    """(T,) number of each frame among those that have both objects and results; TrackEval passes over the others."""
    both = np.zeros((2, similarity.num_frames), bool)
    both[0, similarity.gt_frames] = True
    both[1, similarity.frames] = True
    return np.cumsum(both.all(axis=0)) - 1
