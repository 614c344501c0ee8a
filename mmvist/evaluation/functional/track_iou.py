"""Overlap of whole tracks: their masks, taken over all frames at once."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from mmvist.evaluation.functional.shared_pixels import shared_pixels
from mmvist.structures import VideoTracks
from mmvist.structures.runs import Runs, SortedRuns
from mmvist.structures.video_runs import frame_portions, runs_of


@dataclass(frozen=True, eq=False)
class TrackTable:
    """The K tracks of a video, in the order of their file where it is known, else by rising id.

    Attributes:
        tracks: Their rows, R in all.
        ids: (K,) int64.
        owners: (R,) int64, the track of each row, 0..K-1.
        labels: (K,) int64, index into the class list, -1 for every class.
        scores: (K,) float64.
        ignore: (K,) bool.
    """

    tracks: VideoTracks
    ids: np.ndarray
    owners: np.ndarray
    labels: np.ndarray
    scores: np.ndarray
    ignore: np.ndarray

    def __len__(self) -> int:
        return len(self.labels)


@dataclass(frozen=True, eq=False)
class TrackOverlap:
    """What N tracks have in common with M tracks of the same video.

    Attributes:
        iou: (N, M) float64 in 0..1: shared pixels over pixels of either, both summed over the frames. A frame in which
            one of the two is absent adds the other's pixels to the divisor. 0 for two tracks without a pixel, and for
            pairs that were not asked for.
        areas: (N,) float64, mean pixels over the frames in which a track has any; 0 without one.
        other_areas: (M,) float64, the same of the others.
    """

    iou: np.ndarray
    areas: np.ndarray
    other_areas: np.ndarray


def track_table(tracks: VideoTracks) -> TrackTable:
    """Gather what is known of each track."""
    present = set(tracks.track_ids.tolist())
    # The order decides between equal scores; stated scores come in the file's order.
    ids = list(dict.fromkeys([track for track in tracks.track_scores if track in present] + sorted(present)))
    position = {track: index for index, track in enumerate(ids)}
    owners = np.array([position[track] for track in tracks.ids.tolist()], np.int64)
    # What most rows say, the lowest label on a tie.
    span = int(tracks.labels.max(initial=0)) + 2
    votes = np.bincount(owners * span + tracks.labels + 1, minlength=len(ids) * span).reshape(len(ids), span)
    means = np.bincount(owners, tracks.scores, len(ids)) / np.maximum(np.bincount(owners, minlength=len(ids)), 1)
    # As exact as the rows: equal scores of all rows must not differ in the last bit of their means.
    means = means.astype(np.float32).tolist()
    scores = np.array([tracks.track_scores.get(track, mean) for track, mean in zip(ids, means, strict=True)])
    return TrackTable(tracks, np.array(ids, np.int64), owners, votes.argmax(axis=1) - 1, scores.astype(np.float64),
                      np.bincount(owners, tracks.ignore, len(ids)) > 0)


def track_overlap(first: TrackTable, second: TrackTable, wanted: np.ndarray) -> TrackOverlap:
    """Compare whole tracks.

    Args:
        first: N tracks, with a mask in every row.
        second: M tracks of the same video.
        wanted: (N, M) bool, the pairs that matter.

    Raises:
        ValueError: A mask is broken.
    """
    shared = np.zeros(wanted.shape, np.int64)
    volumes, num_filled = ([np.zeros(len(table), np.int64) for table in (first, second)] for _ in range(2))
    for start, stop in frame_portions(first.tracks, second.tracks):
        sides = []
        for side, (table, source) in enumerate(((first, 'results'), (second, 'ground truth'))):
            runs = runs_of(table.tracks, start, stop, source)
            owners = table.owners[slice(*table.tracks.offsets[[start, stop]].tolist())]
            areas = runs.areas
            volumes[side] += _sums(owners, areas, len(table))
            num_filled[side] += _sums(owners, areas > 0, len(table))
            sides.append((runs, owners, wanted.any(axis=1 - side)[owners]))
        if all(compared.any() for _, _, compared in sides):
            shared += _shared(sides, shared.shape)
    either = volumes[0][:, None] + volumes[1] - shared
    areas, other_areas = (pixels / np.maximum(filled, 1) for pixels, filled in zip(volumes, num_filled, strict=True))
    return TrackOverlap(np.where(wanted, shared / np.maximum(either, 1), 0.0), areas, other_areas)


def _shared(sides: Sequence[tuple[Runs, np.ndarray, np.ndarray]], shape: tuple[int, int]) -> np.ndarray:
    """Pixels that tracks share in some frames, (N, M).

    Args:
        sides: The runs of either side, the track of each mask, and whether the mask is compared.
        shape: N, M.
    """
    (runs, owners, compared), (other_runs, other_owners, other_compared) = sides
    mine, others = runs.of_masks(compared), SortedRuns.of(other_runs).of_masks(other_compared)
    if others.disjoint:
        return shared_pixels(mine, others, owners, other_owners, shape)
    # The masks of one track never overlap.
    return sum(shared_pixels(mine, others.of_masks(other_owners == track), owners, other_owners, shape)
               for track in np.unique(other_owners[other_compared]).tolist())


def _sums(owners: np.ndarray, values: np.ndarray, num_tracks: int) -> np.ndarray:
    return np.bincount(owners, weights=values, minlength=num_tracks).astype(np.int64)
