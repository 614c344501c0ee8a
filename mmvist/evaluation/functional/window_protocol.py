"""Scores as Hu et al. (Learning a Spatio-Temporal Embedding for Video Instance Segmentation, 2019) count them.

Their section 5.3, equations 9 to 12, reads like MOTS, but their code counts short windows at the size of the network.
The numbers of one are not comparable with those of the other; comments below say where they part.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

from mmvist.evaluation.functional.chance_ap import chance_ap
from mmvist.evaluation.functional.frame_ap import greedy_pairs
from mmvist.evaluation.functional.nearest import resized
from mmvist.evaluation.functional.similarity import VideoSimilarity
from mmvist.structures import VideoTracks


@dataclass(frozen=True)
class WindowRules:
    """At what size, and in which frames of a window.

    Attributes:
        height: Rows of a frame, in pixels. MOTS compares masks at the size of the image.
        width: Columns of a frame, in pixels.
        skip: Frames at the start of each window that do not count. The authors leave out those that the receptive field
            reaches back beyond: 2 for their temporal model, which sees 3 frames, 0 for the baselines.
    """

    height: int = 192
    width: int = 640
    skip: int = 0

    def __post_init__(self) -> None:
        if self.height < 1 or self.width < 1 or self.skip < 0:
            raise ValueError('windows: height and width must be at least 1, skip at least 0, got '
                             f'{self.height}, {self.width}, {self.skip}')

    def counted(self, tracks: VideoTracks, source: str) -> VideoTracks:
        """The part of a window that counts.

        Args:
            tracks: Ground truth or results of a window.
            source: What to call them in an error.

        Raises:
            ValueError: No frame is left, a row has no mask, or a broken one.
        """
        if self.skip >= tracks.video.length:
            raise ValueError(f'video {tracks.video.name}: has {tracks.video.length} frames, none is left to score '
                             f'without the first {self.skip}')
        # Ignore regions are background, and results in them false alarms: the authors set their pixels to 0 before
        # they train or test. MOTS leaves such results out.
        return resized(tracks.select(~tracks.ignore & (tracks.frames >= self.skip)), self.height, self.width, source)


@dataclass(frozen=True)
class WindowCounts:
    """What was found of one class in one window; an object counts once for each frame.

    Attributes:
        batch: The batch of windows that it belongs to.
        num_objects: M of equations 11 and 12.
        num_results: TP and FP together.
        soft_tp: Sum of the IoU of the matches.
        matches: Id of the object and of the result of every match, by frame.
    """

    batch: int
    num_objects: int
    num_results: int
    soft_tp: float
    matches: tuple[tuple[int, int], ...]


def count_window(similarity: VideoSimilarity, batch: int) -> WindowCounts:
    """Match the objects and results of one class in one window.

    Args:
        similarity: Of one label, at the size that counts.
        batch: The batch of windows that it belongs to.
    """
    # By rising id a result takes the free object that it overlaps most, if by more than 0.5 (equation 9 has no "free").
    # Of disjoint masks one at most overlaps an object that much; the order matters only where overlaps are kept.
    pairs = greedy_pairs(similarity, -similarity.ids)
    objects, results = similarity.gt_ids[similarity.gt_rows[pairs]], similarity.ids[similarity.rows[pairs]]
    return WindowCounts(batch, len(similarity.gt_ids), len(similarity.ids), float(similarity.values[pairs].sum()),
                        tuple(zip(objects.tolist(), results.tolist(), strict=True)))


def window_scores(videos: Sequence[Mapping[int, WindowCounts]], classes: Sequence[str]
                  ) -> dict[str, dict[str, float | int]]:
    """Put the counts of windows together, which are given by label, in the order of the windows.

    Returns:
        Scores of each class by its name, and of the counts of all classes as ''.
    """
    of_class = {name: [windows[label] for windows in videos if label in windows] for label, name in enumerate(classes)}
    switches = {name: count_switches(windows) for name, windows in of_class.items()}
    return {'': _scores([window for windows in of_class.values() for window in windows], sum(switches.values())),
            **{name: _scores(windows, switches[name]) for name, windows in of_class.items()}}


def count_switches(windows: Iterable[WindowCounts]) -> int:
    """Matches of an object with another id than its last match in the same batch of windows had.

    Results are named anew in every window, but the authors empty their table of the last ids once a batch: an object
    that has another id in the next window has switched. MOTS follows an object through its whole sequence. Where a
    batch goes over from one scene to the next, objects of the same number count as one, as in the authors' table.
    """
    last: dict[tuple[int, int], int] = {}
    switches = 0
    for window in windows:
        for track, found in window.matches:
            switches += last.get((window.batch, track), found) != found
            last[window.batch, track] = found
    return switches


def _scores(windows: Sequence[WindowCounts], switches: int) -> dict[str, float | int]:
    objects, found = sum(window.num_objects for window in windows), sum(window.num_results for window in windows)
    hits, soft_hits = sum(len(window.matches) for window in windows), sum(window.soft_tp for window in windows)
    misses = found - hits
    # Where there are no objects, or nothing was found, the authors divide by 1. In mots_tools MOTSA is -inf then.
    whole = max(objects, 1)
    return {
        'MOTSA': (hits - misses - switches) / whole, 'sMOTSA': (soft_hits - misses - switches) / whole,
        'MOTSP': soft_hits / max(hits, 1), 'AP': chance_ap(hits, found, objects), 'recall': hits / whole,
        'precision': hits / max(found, 1), 'TP': hits, 'FP': misses, 'FN': objects - hits, 'IDS': switches}
