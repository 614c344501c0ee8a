"""BDD100K's scores of box tracking, counted by motmetrics as in the benchmark's own program, scalabel."""

import math
from dataclasses import dataclass
from functools import reduce
from operator import add

import motmetrics
import numpy as np

from mmvist.evaluation.functional.box_similarity import box_similarity
from mmvist.evaluation.functional.pairs import pair_videos
from mmvist.evaluation.functional.similarity import VideoSimilarity
from mmvist.io.progress import progress
from mmvist.structures import VideoSet, VideoTracks

SUPER_CLASSES = {'human': ('pedestrian', 'rider'), 'vehicle': ('car', 'truck', 'bus', 'train'),
                 'bike': ('motorcycle', 'bicycle')}
MAX_DISTANCE = 0.5
IGNORE_THRESHOLD = 0.5


@dataclass(frozen=True)
class BoxCounts:
    """What motmetrics counts of one class; counts of several videos or classes add up.

    Attributes:
        objects: Objects, counted once for each frame.
        results: Results, counted once for each frame, without those that an ignore box excuses.
        matches: Objects that were matched, switches included.
        distance: Sum of 1 - IoU over the matches.
        id_matches: Matches under the best one-to-one choice of whole tracks.
        fp: Results without a match.
        fn: Objects without a match.
        switches: Matches with another id than the object had last.
        mostly_tracked: Objects' tracks matched in at least 80 % of their frames.
        partly_tracked: Those in between.
        mostly_lost: Those matched in less than 20 %.
        fragments: Runs of misses between two matches of an object.
    """

    objects: int = 0
    results: int = 0
    matches: int = 0
    distance: float = 0.0
    id_matches: int = 0
    fp: int = 0
    fn: int = 0
    switches: int = 0
    mostly_tracked: int = 0
    partly_tracked: int = 0
    mostly_lost: int = 0
    fragments: int = 0

    def __add__(self, other: 'BoxCounts') -> 'BoxCounts':
        return BoxCounts(*map(add, vars(self).values(), vars(other).values()))

    def scores(self) -> dict[str, float | int]:
        """Shares as floats, nan or infinite where there is nothing to divide by, and counts as ints."""
        return {
            'MOTA': 1 - _share(self.fn + self.switches + self.fp, self.objects),
            'MOTP': 1 - _share(self.distance, self.matches),
            'IDF1': _share(2 * self.id_matches, self.objects + self.results),
            'FP': self.fp, 'FN': self.fn, 'IDS': self.switches, 'MT': self.mostly_tracked, 'PT': self.partly_tracked,
            'ML': self.mostly_lost, 'Frag': self.fragments,
        }


# The name that motmetrics has for each count; `distance` it only gives as a mean.
MOTMETRICS = {
    'objects': 'num_objects', 'results': 'num_predictions', 'matches': 'num_detections', 'id_matches': 'idtp',
    'fp': 'num_false_positives', 'fn': 'num_misses', 'switches': 'num_switches', 'mostly_tracked': 'mostly_tracked',
    'partly_tracked': 'partially_tracked', 'mostly_lost': 'mostly_lost', 'fragments': 'num_fragmentations',
}


def score_bdd100k(ground_truth: VideoSet, results: VideoSet) -> dict[str, float | int]:
    """Score tracks of boxes, with IoU from 0.5 on as a match.

    Rows are the classes, the groups of them (`human`, `vehicle`, `bike`) of which there are any, `AVERAGE`, in which
    shares are the mean over the classes, 0 where undefined, and counts the sum, and `OVERALL`, which pools the counts
    of all classes. MOTP is the mean IoU of the matches, which motmetrics gives as a distance.

    Where a class has results but no objects, MOTA is -inf, and so is its average: scalabel has a huge number there.

    Args:
        ground_truth: Ignore rows are boxes in which results of no class count.
        results: Of the same classes.

    Returns:
        `bdd100k/<row>/<score>`; shares as fractions, counts as ints.

    Raises:
        ValueError: The sets do not fit together, or an id occurs twice in a frame.
    """
    pairs = pair_videos(ground_truth, results)
    classes = ground_truth.classes
    totals = [BoxCounts()] * len(classes)
    for truth, tracks in progress(pairs, len(pairs), 'BDD100K scores'):
        totals = list(map(add, totals, count_boxes(truth, tracks, len(classes))))
    of_class = dict(zip(classes, totals, strict=True))
    groups = {group: reduce(add, members) for group, names in SUPER_CLASSES.items()
              if (members := [of_class[name] for name in names if name in of_class])}
    rows = {name: counts.scores() for name, counts in {**of_class, **groups}.items()}
    rows['AVERAGE'] = _average([rows[name] for name in classes])
    rows['OVERALL'] = reduce(add, totals, BoxCounts()).scores()
    return {f'bdd100k/{row}/{name}': value for row, scores in rows.items() for name, value in scores.items()}


def count_boxes(ground_truth: VideoTracks, results: VideoTracks, num_classes: int) -> list[BoxCounts]:
    """Count one video, class by class.

    Args:
        ground_truth: Objects and ignore rows.
        results: Tracks of the same video.
        num_classes: Labels lie below.

    Raises:
        ValueError: An id occurs twice in a frame.
    """
    similarity = box_similarity(ground_truth, results, ignore='any', ignore_every_class=True)
    counts = []
    for label in range(num_classes):
        of_label = similarity.of_label(label)
        empty = len(of_label.gt_ids) == len(of_label.ids) == 0
        counts.append(BoxCounts() if empty else _count(of_label))
    return counts


def _count(similarity: VideoSimilarity) -> BoxCounts:
    """Count the objects and results of one class, which are all that is in `similarity`."""
    inside = similarity.ignore_share > IGNORE_THRESHOLD
    accumulator = motmetrics.MOTAccumulator()
    # The solver that is always there: others may choose otherwise between equal distances.
    with motmetrics.lap.set_default_solver('scipy'):
        for frame in np.union1d(similarity.gt_frames, similarity.frames).tolist():
            rows, columns = (slice(*np.searchsorted(column, [frame, frame + 1]).tolist())
                             for column in (similarity.gt_frames, similarity.frames))
            distances = _distances(similarity, rows, columns)
            keep = ~(_unassigned(distances) & inside[columns])
            accumulator.update(similarity.gt_ids[rows], similarity.ids[columns][keep], distances[:, keep], frame)
    metrics = motmetrics.metrics.create().compute(accumulator, metrics=[*MOTMETRICS.values(), 'motp'],
                                                  return_dataframe=False)
    counts = {name: int(metrics[key]) for name, key in MOTMETRICS.items()}
    distance = float(metrics['motp']) * counts['matches'] if counts['matches'] else 0.0
    return BoxCounts(**counts, distance=distance)


def _distances(similarity: VideoSimilarity, rows: slice, columns: slice) -> np.ndarray:
    """1 - IoU of the objects and the results of one frame, nan where they cannot match."""
    distances = np.full((rows.stop - rows.start, columns.stop - columns.start), np.nan)
    pairs = slice(*np.searchsorted(similarity.gt_rows, [rows.start, rows.stop]).tolist())
    distances[similarity.gt_rows[pairs] - rows.start, similarity.rows[pairs] - columns.start] = (
        1 - similarity.values[pairs])
    distances[distances > MAX_DISTANCE] = np.nan
    return distances


def _unassigned(distances: np.ndarray) -> np.ndarray:
    """Results, (M,) bool, that the best assignment of this frame alone leaves over, whatever was matched before."""
    rows, columns = motmetrics.lap.linear_sum_assignment(distances)
    free = np.ones(distances.shape[1], bool)
    free[columns[np.isfinite(distances[rows, columns])]] = False
    return free


def _average(rows: list[dict[str, float | int]]) -> dict[str, float | int]:
    """Mean of shares, 0 for an undefined one, and sum of counts."""
    average: dict[str, float | int] = {}
    for name, first in rows[0].items():
        values = [row[name] for row in rows]
        defined = [0.0 if math.isnan(value) else value for value in values]
        average[name] = sum(values) if isinstance(first, int) else sum(defined) / len(rows)
    return average


def _share(part: float, whole: int) -> float:
    """A quotient as numpy has it: nan for nothing of nothing, else infinite where the whole is 0."""
    if whole:
        return part / whole
    return math.inf if part else math.nan
