"""Scores of a result file: no model, no torch."""

from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path

from mmvist.evaluation.functional import clear, video_ap
from mmvist.evaluation.ground_truth import require_objects
from mmvist.io import formats, mots, ytvis
from mmvist.io.formats import MOTS_BENCHMARKS
from mmvist.structures import VideoSet

METRICS = ('ytvis', 'mots')


def score_files(results: str | Path, ground_truth: str | Path, metrics: Sequence[str] | None = None,
                format: str = 'auto', seqmap: str | Path | None = None, per_video: bool = False,
                min_score: float = 0.0) -> dict[str, float | int]:
    """Score a file, or a folder of MOTS text files, against ground truth of the same format.

    Results of YouTube-VIS may overlap, which MOTS forbids: for its scores a pixel then goes to the highest score.

    Args:
        results: A YouTube-VIS result file, or MOTS text files.
        ground_truth: What they are compared with.
        metrics: From 'ytvis' and 'mots'; by default the one that belongs to the format.
        format: 'ytvis', 'kitti_mots' or 'mots'; 'auto' takes JSON for YouTube-VIS, all else for KITTI MOTS.
        seqmap: For MOTS, the file of the split's sequences and their last frames.
        per_video: Add the scores of each video.
        min_score: MOTS counts tracks from this score on; AP ranks them all.

    Returns:
        Flat scores; see `video_ap` and `clear`.

    Raises:
        ValueError: A name is unknown, a file is broken, or the two do not fit together.
        FileNotFoundError: There is no such file.
    """
    if format == 'auto':
        format = 'ytvis' if Path(ground_truth).suffix == '.json' else 'kitti_mots'
    chosen = metrics or ['mots' if format in MOTS_BENCHMARKS else 'ytvis']
    unknown = [name for name in chosen if name not in METRICS]
    if unknown:
        raise ValueError(f'unknown metrics {unknown}; known: {", ".join(METRICS)}')
    truth = formats.read(ground_truth, format, seqmap)
    require_objects(truth, ground_truth)
    found = _read_results(results, truth, format)
    scores: dict[str, float | int] = {}
    if 'ytvis' in chosen:
        scores.update(video_ap(truth, found, per_video))
    if 'mots' in chosen:
        videos = tuple(tracks.with_min_score(min_score) for tracks in found.videos)
        scores.update(clear(truth, replace(found, videos=videos), 'by_score', per_video))
    return scores


def _read_results(path: str | Path, truth: VideoSet, format: str) -> VideoSet:
    if format == 'ytvis':
        return ytvis.read_results(path, truth)
    return mots.read_txt(path, MOTS_BENCHMARKS[format], videos=[tracks.video for tracks in truth.videos])
