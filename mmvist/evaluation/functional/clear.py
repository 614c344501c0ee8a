"""CLEAR scores of multi-object tracking and segmentation (Voigtlaender et al., CVPR 2019), as their tool counts."""

import logging
import operator
from collections.abc import Iterable
from dataclasses import dataclass, replace
from typing import Literal

import numpy as np

from mmvist.evaluation.functional.disjoint import cut_overlaps, refuse_overlaps
from mmvist.evaluation.functional.pairs import pair_videos, video_names
from mmvist.evaluation.functional.similarity import FrameSimilarity, mask_similarity, require_masks
from mmvist.io.progress import progress
from mmvist.structures import VideoSet

logger = logging.getLogger(__name__)

MATCH_THRESHOLD = 0.5  # exceeded, not reached; disjoint masks then match one to one
IGNORE_THRESHOLD = 0.5
MOSTLY_TRACKED, MOSTLY_LOST = 0.8, 0.2


@dataclass(frozen=True)
class ClearCounts:
    """What the scores are made of; counts of several videos or classes add up.

    Attributes:
        tp: Objects (ground-truth masks) that were matched.
        fp: Results that neither matched nor lie in an ignore region.
        fn: Objects that were not matched.
        soft_tp: Sum of the IoU of the matches.
        switches: Matches of an object with another id than its last match had.
        fragments: Matches that resume or switch and last for another frame, or end the track.
        mostly_tracked: Ground-truth tracks matched in more than 80 % of their frames.
        partly_tracked: Those in between, both bounds included.
        mostly_lost: Those matched in less than 20 %.
    """

    tp: int = 0
    fp: int = 0
    fn: int = 0
    soft_tp: float = 0.0
    switches: int = 0
    fragments: int = 0
    mostly_tracked: int = 0
    partly_tracked: int = 0
    mostly_lost: int = 0

    def __add__(self, other: 'ClearCounts') -> 'ClearCounts':
        return ClearCounts(*map(operator.add, vars(self).values(), vars(other).values()))

    def scores(self) -> dict[str, float | int]:
        """Shares as floats, counts as ints; without objects the accuracies are -inf, without matches MOTSP is inf."""
        objects, found = self.tp + self.fn, self.tp + self.fp
        return {
            'sMOTSA': (self.soft_tp - self.fp - self.switches) / objects if objects else -np.inf,
            'MOTSA': (self.tp - self.fp - self.switches) / objects if objects else -np.inf,
            'MOTSP': self.soft_tp / self.tp if self.tp else np.inf,
            'MODSA': (self.tp - self.fp) / objects if objects else -np.inf,
            'recall': self.tp / objects if objects and found else 0.0,
            'precision': self.tp / found if objects and found else 0.0,
            'TP': self.tp, 'FP': self.fp, 'FN': self.fn, 'IDS': self.switches, 'Frag': self.fragments,
            'MT': self.mostly_tracked, 'PT': self.partly_tracked, 'ML': self.mostly_lost,
        }


def clear(ground_truth: VideoSet, results: VideoSet, overlaps: Literal['error', 'by_score'] = 'error',
          per_video: bool = False) -> dict[str, float | int]:
    """Score masks and ids of every frame.

    Each class is matched and counted for itself; its counts are added over the videos before the formulas. The scores
    over all classes come from the counts added over videos and classes.

    Args:
        ground_truth: Objects, and ignore regions as ignore rows.
        results: Tracks of the same classes, disjoint in each frame.
        overlaps: What is done about results that are not: 'error' refuses them, and ground truth as well, as the
            official tool does. 'by_score' gives a pixel to the highest score of the frame, drops masks that nothing is
            left of, and leaves the ground truth alone.
        per_video: Add the scores of each video over all classes.

    Returns:
        `mots/<score>` over all classes, `mots/<class>/<score>`, `mots/video/<name>/<score>`.

    Raises:
        ValueError: The sets do not fit together, a row has no mask, an id occurs twice in a frame, masks overlap.
    """
    if overlaps not in ('error', 'by_score'):
        raise ValueError(f"overlaps must be 'error' or 'by_score', got {overlaps!r}")
    pairs = pair_videos(ground_truth, results)
    names = video_names(ground_truth)
    of_class = [ClearCounts() for _ in ground_truth.classes]
    of_video, num_cut = {}, 0
    for truth, tracks in progress(pairs, len(pairs), 'MOTS scores'):
        require_masks(truth, 'ground truth')
        require_masks(tracks, 'results')
        if overlaps == 'error':
            refuse_overlaps(truth, 'ground truth')
            refuse_overlaps(tracks, 'results')
        else:
            tracks, num_frames = cut_overlaps(tracks)
            num_cut += num_frames
        counts = count(mask_similarity(truth, tracks), len(ground_truth.classes))
        of_class = [total + new for total, new in zip(of_class, counts, strict=True)]
        if per_video:
            of_video[names[truth.video.id]] = sum(counts, ClearCounts())
    if num_cut:
        logger.warning('MOTS scores: masks of the results overlap in %d frames; the higher score took the pixels',
                       num_cut)
    rows = {'mots': sum(of_class, ClearCounts()),
            **{f'mots/{name}': counts for name, counts in zip(ground_truth.classes, of_class, strict=True)},
            **{f'mots/video/{name}': counts for name, counts in of_video.items()}}
    return {f'{row}/{name}': value for row, counts in rows.items() for name, value in counts.scores().items()}


def count(frames: Iterable[FrameSimilarity], num_classes: int) -> list[ClearCounts]:
    """Match and count the frames of one video, in order; one entry a class."""
    ids: dict[tuple[int, int], list[int | None]] = {}
    num_found, num_ignored, soft_tp = np.zeros((3, num_classes))
    for frame in frames:
        rows, columns = match(frame.similarity)
        matched = dict(zip(rows.tolist(), frame.ids[columns].tolist(), strict=True))
        for row, track in enumerate(zip(frame.gt_labels.tolist(), frame.gt_ids.tolist(), strict=True)):
            ids.setdefault(track, []).append(matched.get(row))
        num_found += np.bincount(frame.labels, minlength=num_classes)
        if matched:
            soft_tp += np.bincount(frame.gt_labels[rows], frame.similarity[rows, columns], num_classes)
        if frame.ignore_share.any():
            ignored = frame.ignore_share > IGNORE_THRESHOLD
            ignored[columns] = False
            num_ignored += np.bincount(frame.labels, ignored, num_classes)
    counts = [ClearCounts(fp=found - ignored, soft_tp=soft) for found, ignored, soft
              in zip(num_found.astype(int).tolist(), num_ignored.astype(int).tolist(), soft_tp.tolist(), strict=True)]
    for (label, _), matches in ids.items():
        counts[label] += _count_track(matches)
    return [replace(of_class, fp=of_class.fp - of_class.tp) for of_class in counts]


def match(similarity: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Pairs above the threshold, as rows and columns of the matrix (G, P).

    Disjoint masks leave no choice. Ground truth that overlaps may: then the most similar pairs come first.
    """
    rows, columns = np.nonzero(similarity > MATCH_THRESHOLD)
    if len(set(rows.tolist())) == len(set(columns.tolist())) == len(rows):
        return rows, columns
    pairs: dict[int, int] = {}
    for index in np.argsort(-similarity[rows, columns], kind='stable').tolist():
        if rows[index] not in pairs and columns[index] not in pairs.values():
            pairs[int(rows[index])] = int(columns[index])
    return np.array(list(pairs), np.int64), np.array(list(pairs.values()), np.int64)


def _count_track(matches: list[int | None]) -> ClearCounts:
    """Counts of one ground-truth track.

    Args:
        matches: Id that each of its annotated frames was matched with.
    """
    switches = fragments = 0
    last = matches[0]
    for frame, current in enumerate(matches[1:], 1):
        if current is None:
            continue
        switches += last not in (None, current)
        if current != matches[frame - 1]:
            # The official tool asks for an earlier match and a next one, but of the track's last frame for neither.
            is_end = frame == len(matches) - 1
            fragments += is_end or (last is not None and matches[frame + 1] is not None)
        last = current
    missed = matches.count(None)
    covered = (len(matches) - missed) / len(matches)
    tracked, lost = covered > MOSTLY_TRACKED, covered < MOSTLY_LOST
    return ClearCounts(tp=len(matches) - missed, fn=missed, switches=switches, fragments=fragments,
                       mostly_tracked=int(tracked), mostly_lost=int(lost), partly_tracked=int(not tracked and not lost))
