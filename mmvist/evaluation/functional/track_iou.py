"""Overlap of whole tracks: their masks, taken over all frames at once."""

from dataclasses import dataclass, replace

import numpy as np

from mmvist.evaluation.functional.shared_pixels import shared_pixels
from mmvist.structures import VideoTracks, rle
from mmvist.structures.runs import SortedRuns
from mmvist.structures.video_runs import frame_portions, runs_of


@dataclass(frozen=True, eq=False)
class TrackTable:
    """The K tracks of a video, in the order of their file where it is known, else by rising id.

    Attributes:
        tracks: Their rows, R in all.
        owners: (R,) int64, the track of each row, 0..K-1.
        row_areas: (R,) int64, pixels.
        labels: (K,) int64, index into the class list, -1 for every class.
        scores: (K,) float64.
        areas: (K,) float64, mean pixels over the frames in which a track has any; 0 without one.
        volumes: (K,) int64, pixels over all frames.
        ignore: (K,) bool.
    """

    tracks: VideoTracks
    owners: np.ndarray
    row_areas: np.ndarray
    labels: np.ndarray
    scores: np.ndarray
    areas: np.ndarray
    volumes: np.ndarray
    ignore: np.ndarray

    def __len__(self) -> int:
        return len(self.labels)


def track_table(tracks: VideoTracks) -> TrackTable:
    """Gather what is scored of each track; every row must have a mask."""
    present = set(tracks.track_ids.tolist())
    # The order decides between equal scores; stated scores come in the file's order.
    ids = list(dict.fromkeys([track for track in tracks.track_scores if track in present] + sorted(present)))
    position = {track: index for index, track in enumerate(ids)}
    owners = np.array([position[track] for track in tracks.ids.tolist()], np.int64)
    row_areas = rle.area(tracks.masks, tracks.video.height, tracks.video.width)
    volumes = _sums(owners, row_areas, len(ids))
    num_filled = _sums(owners, row_areas > 0, len(ids))
    summaries = [tracks.summary(track) for track in ids]
    return TrackTable(tracks, owners, row_areas, np.array([summary.label for summary in summaries], np.int64),
                      np.array([summary.score for summary in summaries], np.float64),
                      volumes / np.maximum(num_filled, 1), volumes, _sums(owners, tracks.ignore, len(ids)) > 0)


def track_iou(first: TrackTable, second: TrackTable, wanted: np.ndarray) -> np.ndarray:
    """Shared pixels over pixels of either, both summed over the frames of the video.

    A frame in which one of the two is absent adds the other's pixels to the divisor.

    Args:
        first: N tracks.
        second: M tracks of the same video.
        wanted: (N, M) bool, the pairs that matter; others are 0.

    Returns:
        (N, M) float64 in 0..1; 0 for two tracks without a pixel.
    """
    shared = np.zeros(wanted.shape, np.int64)
    rows = np.flatnonzero(wanted.any(axis=1)[first.owners])
    columns = np.flatnonzero(wanted.any(axis=0)[second.owners])
    if len(rows) and len(columns):
        some, others = first.tracks.select(rows), second.tracks.select(columns)
        owners, other_owners = first.owners[rows], second.owners[columns]
        for start, stop in frame_portions(some, others):
            here, there = (slice(*tracks.offsets[[start, stop]].tolist()) for tracks in (some, others))
            if here.start < here.stop and there.start < there.stop:
                runs, other_runs = (SortedRuns.of(runs_of(tracks, start, stop, source))
                                    for tracks, source in ((some, 'results'), (others, 'ground truth')))
                _add_shared(shared, runs, other_runs, owners[here], other_owners[there])
    either = first.volumes[:, None] + second.volumes - shared
    return np.where(wanted, shared / np.maximum(either, 1), 0.0)


def _add_shared(shared: np.ndarray, runs: SortedRuns, other_runs: SortedRuns, owners: np.ndarray,
                other_owners: np.ndarray) -> None:
    """Add what the masks of some frames share to what their tracks share."""
    # The runs of one track never overlap; those of all tracks seldom do.
    layers = [other_runs] if other_runs.disjoint else [other_runs.of_masks(other_owners == track)
                                                       for track in np.unique(other_owners).tolist()]
    of_track = replace(runs, owners=owners[runs.owners])
    for layer in layers:
        shared += shared_pixels(of_track, replace(layer, owners=other_owners[layer.owners]), *shared.shape)


def _sums(owners: np.ndarray, values: np.ndarray, num_tracks: int) -> np.ndarray:
    return np.bincount(owners, weights=values, minlength=num_tracks).astype(np.int64)
