"""Scores of result files: no model, no torch; a sequence at a time where each has its own file."""

import logging
import signal
from collections.abc import Iterable, Iterator, Mapping
from concurrent.futures import ProcessPoolExecutor
from dataclasses import dataclass, replace
from functools import partial
from pathlib import Path
from typing import Any

import numpy as np

from mmvist.evaluation.functional import Scoring
from mmvist.evaluation.functional.pairs import id_order, pair_videos, video_names
from mmvist.evaluation.ground_truth import has_objects, no_objects
from mmvist.io import formats
from mmvist.io.formats import FORMATS
from mmvist.io.problems import FormatError
from mmvist.io.progress import progress
from mmvist.io.seqmap import read_seqmap
from mmvist.io.splits import apply_split
from mmvist.structures import Video, VideoSet, VideoTracks

logger = logging.getLogger(__name__)

# What the benchmarks of each format report.
BENCHMARK_SCORES = {
    'ytvis': Scoring(('ytvis',), overlaps='by_score'),
    'kitti_mots': Scoring(('mots', 'hota', 'id')),
    'mots': Scoring(('mots', 'hota', 'id')),
    'davis': Scoring(('mots', 'hota', 'id')),
    'mot': Scoring(('mot', 'hota', 'id'), regions='boxes', distractors=True),
    'bdd100k': Scoring(('mot', 'hota', 'id'), regions='boxes', rules='motmetrics'),
    'coco': Scoring(('coco',)),
    'frames': Scoring(('mots', 'hota', 'id'), overlaps='by_score'),
}


@dataclass(frozen=True)
class Counted:
    """What was counted of result files.

    Attributes:
        scoring: What was to be computed.
        classes: Class names.
        videos: What `Scoring.count` gave, by the name of the video, in the order of the videos' ids.
    """

    scoring: Scoring
    classes: tuple[str, ...]
    videos: Mapping[str, Mapping[str, Any]]

    def scores(self, per_video: bool = False) -> dict[str, float | int]:
        """Flat scores, with those of each video if wanted; see `Scoring.scores`."""
        return self.scoring.scores(self.videos, self.classes, per_video)


def score_files(results: str | Path, ground_truth: str | Path, format: str, scoring: Scoring,
                seqmap: str | Path | None = None, split: str | Path | None = None, per_video: bool = False,
                num_workers: int = 1) -> dict[str, float | int]:
    """`count_files`, and the scores that it comes to; see `Scoring.scores`."""
    return count_files(results, ground_truth, format, scoring, seqmap, split, num_workers).scores(per_video)


def count_files(results: str | Path, ground_truth: str | Path, format: str, scoring: Scoring,
                seqmap: str | Path | None = None, split: str | Path | None = None, num_workers: int = 1) -> Counted:
    """Compare files, or folders of files, with ground truth of the same format.

    Args:
        results: What is scored.
        ground_truth: What it is compared with.
        format: Format of both, one of `FORMATS`.
        scoring: What to compute.
        seqmap: For formats with sequences, the file of those that count and their last frames.
        split: The file of the videos that count, see `mmvist.io.splits`; by default all do.
        num_workers: Processes that share the videos.

    Raises:
        ValueError: A name is unknown, a file is broken, or the two do not fit together; all of it at once.
        FileNotFoundError: There is no such file.
    """
    formats.check(format, seqmap)
    for path in (results, ground_truth, *filter(None, (seqmap, split))):
        if not Path(path).exists():
            raise FileNotFoundError(f'{path}: no such file or folder')
    count = partial(_count_videos, results, ground_truth, format, scoring, seqmap, split, num_workers)
    trusting = FORMATS[format].may_trust and scoring.regions == 'masks' and 'coco' not in scoring.metrics
    try:
        outcomes = count(trusting)
    except FormatError:
        raise
    except ValueError as error:
        if trusting:
            # The scores found masks that they cannot use; the careful readers say in which lines they stand.
            count(False)
        raise error
    if not any(video.has_objects for video in outcomes):
        raise no_objects(ground_truth)
    odd = [(score, video.name) for video in outcomes for score in video.odd_scores]
    if odd:
        # The official programs rank by them as they are, and so do we.
        logger.warning('%s: %d scores lie outside 0..1, such as %.6g in video %s', results, len(odd), *odd[0])
    counted = sorted(outcomes, key=lambda video: id_order(video.id))
    names = video_names([(video.id, video.name) for video in counted])
    return Counted(scoring, counted[0].classes, {names[video.id]: video.counts for video in counted})


@dataclass(frozen=True)
class _CountedVideo:
    """One video."""

    id: int | str
    name: str
    classes: tuple[str, ...]
    has_objects: bool
    counts: Mapping[str, Any]
    odd_scores: tuple[float, ...]


def _count_videos(results: str | Path, ground_truth: str | Path, format: str, scoring: Scoring,
                  seqmap: str | Path | None, split: str | Path | None, num_workers: int, trusted: bool
                  ) -> list[_CountedVideo]:
    options = {'trusted': True} if trusted else {}
    try:
        if FORMATS[format].sequence_names is None:
            tasks = list(_videos(results, ground_truth, format, scoring, split, options))
        else:
            tasks = list(_sequences(results, ground_truth, format, scoring, seqmap, split, options))
        outcomes = list(_run(tasks, num_workers))
    except FormatError:
        raise
    except ValueError as error:
        # Of tracks in memory nobody knows the file.
        raise ValueError(f'{results}, with the ground truth {ground_truth}: {error}') from None
    errors = [outcome for outcome in outcomes if isinstance(outcome, FormatError)]
    if errors:
        raise _joined(errors)
    return outcomes


def _videos(results: str | Path, ground_truth: str | Path, format: str, scoring: Scoring, split: str | Path | None,
            options: dict) -> Iterator[partial]:
    """A task for every video of a file that holds them all."""
    truth = FORMATS[format].read(ground_truth, **options)
    found = FORMATS[format].read_results(results, truth, **options)
    chosen = truth if split is None else apply_split(truth, split)
    ids = {tracks.video.id for tracks in chosen.videos}
    found = replace(found, videos=tuple(tracks for tracks in found.videos if tracks.video.id in ids))
    for pair in pair_videos(chosen, found):
        yield partial(_count_pair, *pair, truth.classes, scoring)


def _sequences(results: str | Path, ground_truth: str | Path, format: str, scoring: Scoring,
               seqmap: str | Path | None, split: str | Path | None, options: dict) -> Iterator[partial]:
    """A task for every sequence, which is read when its turn has come."""
    names = FORMATS[format].sequence_names
    wanted = dict.fromkeys(names(ground_truth)) if seqmap is None else read_seqmap(seqmap)
    if split is not None:
        stubs = [VideoTracks.from_rows(Video(name, name, 0, 0, 0), []) for name in wanted]
        chosen = apply_split(VideoSet((), tuple(stubs), ()), split)
        wanted = {tracks.video.name: wanted[tracks.video.name] for tracks in chosen.videos}
    extra = sorted({*names(results)} - {*wanted}) if Path(results).is_dir() else []
    if extra:
        logger.warning('%s: %d sequences are not in the ground truth and are left aside: %s', results, len(extra),
                       ', '.join(extra[:10]))
    # The longest first, so that no process is left with one in the end.
    for name, frames in sorted(wanted.items(), key=lambda item: item[1][0] - item[1][1] if item[1] else 0):
        yield partial(_count_sequence, results, ground_truth, format, {name: frames}, scoring, options)


def _count_sequence(results: str | Path, ground_truth: str | Path, format: str, sequence: dict, scoring: Scoring,
                    options: dict) -> _CountedVideo:
    truth = FORMATS[format].read(ground_truth, sequence, **options)
    found = FORMATS[format].read_results(results, truth, sequence, **options)
    return _count_pair(*pair_videos(truth, found)[0], truth.classes, scoring)


def _count_pair(truth: VideoTracks, found: VideoTracks, classes: tuple[str, ...], scoring: Scoring) -> _CountedVideo:
    scores = np.concatenate([found.scores, np.array(list(found.track_scores.values()), np.float32)])
    odd = tuple(scores[(scores < 0) | (scores > 1)].tolist())
    counts = scoring.count(truth, found)
    return _CountedVideo(truth.video.id, truth.video.name, classes, has_objects(truth), counts, odd)


def _run(tasks: list[partial], num_workers: int) -> Iterator[_CountedVideo | FormatError]:
    if num_workers > 1 and len(tasks) > 1:
        # Slow to import, so before there are processes that would each do it.
        import scipy.optimize
        import scipy.sparse.csgraph  # noqa: F401
        # An interrupt reaches every process; it is for the first one alone to tell.
        with ProcessPoolExecutor(num_workers, initializer=signal.signal,
                                 initargs=(signal.SIGINT, signal.SIG_IGN)) as pool:
            yield from progress(pool.map(_outcome, tasks), len(tasks), 'scoring')
    else:
        yield from progress(map(_outcome, tasks), len(tasks), 'scoring')


def _outcome(task: partial) -> _CountedVideo | FormatError:
    try:
        return task()
    except FormatError as error:
        return error


def _joined(errors: Iterable[FormatError]) -> FormatError:
    of_source: dict[str, list[str]] = {}
    for error in errors:
        of_source.setdefault(error.source, []).extend(error.problems)
    several = len(of_source) > 1
    return FormatError(' and '.join(of_source), tuple(f'{source}: {line}' if several else line
                                                      for source, lines in of_source.items() for line in lines))
