"""How alike objects and results are in every frame of a video: computed once, shared by all tracking scores."""

from dataclasses import dataclass, replace
from functools import cached_property

import numpy as np

from mmvist.evaluation.functional.shared_pixels import shared_pixels
from mmvist.structures import VideoTracks
from mmvist.structures.runs import SortedRuns
from mmvist.structures.video_runs import frame_portions, runs_of


@dataclass(frozen=True, eq=False)
class VideoSimilarity:
    """All that a tracking score sees of a video: G objects and P results, each counted once for each frame it is in.

    Attributes:
        num_frames: Length of the video.
        gt_frames: (G,) int64, never falling.
        gt_ids: (G,) int64, unique within a frame.
        gt_labels: (G,) int64.
        frames: (P,) int64, never falling.
        ids: (P,) int64, unique within a frame.
        labels: (P,) int64.
        gt_rows: (M,) int64, with `rows` the pairs of one frame and one label that are alike at all; rising.
        rows: (M,) int64, rising where `gt_rows` stays.
        values: (M,) float64, how alike they are, above 0; 1 for equal regions.
        ignore_share: (P,) float64 in 0..1, the part of each result that lies in regions to be ignored.
    """

    num_frames: int
    gt_frames: np.ndarray
    gt_ids: np.ndarray
    gt_labels: np.ndarray
    frames: np.ndarray
    ids: np.ndarray
    labels: np.ndarray
    gt_rows: np.ndarray
    rows: np.ndarray
    values: np.ndarray
    ignore_share: np.ndarray

    def of_label(self, label: int) -> 'VideoSimilarity':
        """The objects and results of one label."""
        return self.select(self.gt_labels == label, self.labels == label)

    def select(self, gt_keep: np.ndarray, keep: np.ndarray) -> 'VideoSimilarity':
        """Keep some objects (G,) bool and some results (P,) bool."""
        pairs = gt_keep[self.gt_rows] & keep[self.rows]
        return replace(
            self, gt_frames=self.gt_frames[gt_keep], gt_ids=self.gt_ids[gt_keep], gt_labels=self.gt_labels[gt_keep],
            frames=self.frames[keep], ids=self.ids[keep], labels=self.labels[keep],
            gt_rows=(np.cumsum(gt_keep) - 1)[self.gt_rows[pairs]], rows=(np.cumsum(keep) - 1)[self.rows[pairs]],
            values=self.values[pairs], ignore_share=self.ignore_share[keep])


def mask_similarity(ground_truth: VideoTracks, results: VideoTracks, refuse_overlaps: bool = False,
                    single_region: bool = False, regions_for_all: bool = False) -> VideoSimilarity:
    """IoU of the masks of every frame.

    Args:
        ground_truth: With a mask in every row; ignore rows are regions in which results do not count. They count for
            their label, those with the label -1 for every one.
        results: Tracks of the same video and classes, with a mask in every row.
        refuse_overlaps: Raise when masks of one frame share pixels, be it in the ground truth or in the results.
        single_region: `ignore_share` is that of the one region a result lies in most, not of all of them together.
        regions_for_all: Regions of a label count for every label, too.

    Raises:
        ValueError: A row has no mask or a broken one, an id occurs twice in a frame, or masks overlap.
    """
    for tracks, source in ((ground_truth, 'ground truth'), (results, 'results')):
        require_masks(tracks, source)
        require_unique_ids(tracks, source)
    if regions_for_all:
        regions = replace(ground_truth, labels=np.where(ground_truth.ignore, -1, ground_truth.labels))
    else:
        regions = ground_truth
    found = []
    for start, stop in frame_portions(ground_truth, results):
        truth, mine = (_Portion(tracks, start, stop, source)
                       for tracks, source in ((regions, 'ground truth'), (results, 'results')))
        if refuse_overlaps:
            truth.refuse_overlaps()
            mine.refuse_overlaps()
        if len(mine.rows):
            found.append((*_alike(truth, mine), _ignore_share(truth, mine, single_region)))
    gt_rows, rows, values, ignore_share = map(np.concatenate, zip(*found, strict=True)) if found else np.zeros((4, 0))
    objects = ~ground_truth.ignore
    # Ignore rows have no part in pairs; what is left is renumbered.
    numbers = np.cumsum(objects) - 1
    return VideoSimilarity(
        ground_truth.video.length, ground_truth.frames[objects], ground_truth.ids[objects],
        ground_truth.labels[objects], results.frames, results.ids, results.labels,
        numbers[gt_rows.astype(np.int64)] if len(gt_rows) else np.zeros(0, np.int64), rows.astype(np.int64), values,
        ignore_share)


class _Portion:
    """The masks of some frames of a video."""

    def __init__(self, tracks: VideoTracks, start: int, stop: int, source: str) -> None:
        self.tracks, self.source = tracks, source
        self.rows = np.arange(tracks.offsets[start], tracks.offsets[stop])
        self.runs = runs_of(tracks, start, stop, source)
        self.areas = self.runs.areas
        self.labels, self.ignore = tracks.labels[self.rows], tracks.ignore[self.rows]

    @cached_property
    def sorted_runs(self) -> SortedRuns:
        """The runs of all masks together."""
        return SortedRuns.of(self.runs)

    def refuse_overlaps(self) -> None:
        """Raise ValueError, with the first place, when masks of one frame share pixels."""
        runs = self.sorted_runs
        if runs.disjoint:
            return
        behind = np.flatnonzero(runs.starts[1:] < runs.ends[:-1])[0]
        first, second = self.rows[runs.owners[behind:behind + 2]]
        tracks = self.tracks
        raise ValueError(f'{self.source}, video {tracks.video.name}, frame {tracks.frames[first]}: the masks of ids '
                         f'{tracks.ids[first]} and {tracks.ids[second]} overlap; MOTS wants each pixel in one mask at '
                         'most')


def _alike(truth: _Portion, mine: _Portion) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Rows of the ground truth, rows of the results, and IoU of all pairs of one label that share pixels."""
    objects = truth.sorted_runs.of_masks(~truth.ignore)
    layers = [objects] if objects.disjoint else [objects.of_masks(layer) for layer in _layers(truth)]
    numbers = np.arange(len(mine.rows)), np.arange(len(truth.rows))
    shared = sum(shared_pixels(mine.runs, layer, *numbers, (len(mine.rows), len(truth.rows))) for layer in layers).T
    rows, columns = np.nonzero(shared * (truth.labels[:, None] == mine.labels))
    both = shared[rows, columns]
    return truth.rows[rows], mine.rows[columns], both / (truth.areas[rows] + mine.areas[columns] - both)


def _layers(portion: _Portion) -> list[np.ndarray]:
    """Masks, (N,) bool, that cannot overlap: the first of every frame, the second, and so on."""
    frames = portion.tracks.frames[portion.rows]
    position = np.arange(len(frames)) - np.searchsorted(frames, frames)
    return [position == layer for layer in range(position.max() + 1)]


def _ignore_share(truth: _Portion, mine: _Portion, single_region: bool) -> np.ndarray:
    """(P,) part of each result that lies in the ignore regions of its label."""
    share = np.zeros(len(mine.rows))
    if not truth.ignore.any():
        return share
    groups = [(-1, np.ones(len(mine.rows), bool))]
    if truth.labels[truth.ignore].max() >= 0:
        groups = [(label, mine.labels == label) for label in np.unique(mine.labels).tolist()]
    for label, members in groups:
        applying = truth.ignore & ((truth.labels == -1) | (truth.labels == label))
        regions = truth.sorted_runs.of_masks(applying)
        layers = [regions.of_masks(layer) for layer in _layers(truth)] if single_region else [regions.union()]
        inside = np.zeros(len(mine.rows), np.int64)
        for layer in layers:
            # A layer has one region a frame at most.
            pixels = shared_pixels(mine.runs.of_masks(members), layer, np.arange(len(mine.rows)),
                                   np.zeros(len(truth.rows), np.int64), (len(mine.rows), 1))[:, 0]
            inside = np.maximum(inside, pixels)
        share += inside / np.maximum(mine.areas, 1)
    return share


def require_masks(tracks: VideoTracks, source: str) -> None:
    """Raise ValueError for rows that have a box but no mask."""
    if None in tracks.masks:
        row = tracks.masks.index(None)
        raise ValueError(f'{source}, video {tracks.video.name}, frame {tracks.frames[row]}, id {tracks.ids[row]}: '
                         'has a box but no mask; this score compares masks')


def require_unique_ids(tracks: VideoTracks, source: str) -> None:
    """Raise ValueError when an id occurs twice in a frame; ignore regions may share one."""
    objects = np.flatnonzero(~tracks.ignore)
    frames, ids = tracks.frames[objects], tracks.ids[objects]
    order = np.lexsort((ids, frames))
    twice = order[1:][(np.diff(frames[order]) == 0) & (np.diff(ids[order]) == 0)]
    if len(twice):
        frame, track = frames[twice[0]], ids[twice[0]]
        times = np.count_nonzero((frames == frame) & (ids == track))
        raise ValueError(f'{source}, video {tracks.video.name}, frame {frame}: id {track} occurs {times} times')
