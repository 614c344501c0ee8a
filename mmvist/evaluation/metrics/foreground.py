"""How well the foreground is told, pixel by pixel."""

from collections.abc import Mapping, Sequence
from pathlib import Path

import cv2
import numpy as np
from mmengine.logging import print_log

from mmvist.evaluation.metrics.feature import FeatureMetric, Outcome
from mmvist.evaluation.report import as_text
from mmvist.io.convert import check_source, read_source
from mmvist.registry import METRICS
from mmvist.structures import Video, VideoTracks, rle


@METRICS.register_module()
class ForegroundMetric(FeatureMetric):
    """Overlap of the feature `foreground` above one half with the pixels of the objects, over all frames together.

    It is compared at the original size, to which it is brought by the nearest pixel. Ignored pixels do not count.

    Args:
        ann_file: Ground truth.
        classes: Class names; objects of others are background. `None` takes the file's own.
        format: Its format; see `mmvist.io.formats`.
        seqmap: For formats with sequences, the file that lists those of the split.
        split: File that lists the videos of the split.

    Raises:
        ValueError: There is no such format or class, or the ground truth is broken.
        FileNotFoundError: There is no ground truth.
    """

    def __init__(self, ann_file: str | Path, classes: Sequence[str] | None = None, format: str = 'ytvis',
                 seqmap: str | Path | None = None, split: str | Path | None = None) -> None:
        super().__init__('foreground', ann_file)
        check_source(format, seqmap)
        truth = read_source(ann_file, format, seqmap, split)
        truth = truth if classes is None else truth.with_classes(classes)
        self._tracks = {tracks.video.id: tracks for tracks in truth.videos}

    def check(self, video: Video) -> None:
        """Raise ValueError unless the video is in the ground truth, with its size and length."""
        if video.id not in self._tracks:
            raise ValueError(f'ForegroundMetric: video {video.name} (id {video.id!r}) is not in {self.source}')
        known = self._tracks[video.id].video
        sizes = [(one.length, one.height, one.width) for one in (video, known)]
        if sizes[0] != sizes[1]:
            raise ValueError(f'ForegroundMetric: video {video.name} has {sizes[0]} frames, rows and columns; '
                             f'{self.source} says {sizes[1]}')

    def measure(self, video: Video, frame: int, values: np.ndarray) -> Outcome:
        """Count pixels of one frame, of chances (1, h, w)."""
        tracks = self._tracks[video.id]
        rows = tracks.rows_at(frame)
        ignored = tracks.ignore[rows]
        objects = _shown(tracks, np.arange(rows.start, rows.stop)[~ignored])
        counts = objects | ~_shown(tracks, np.arange(rows.start, rows.stop)[ignored])
        found = cv2.resize(values[0], (video.width, video.height), interpolation=cv2.INTER_NEAREST_EXACT) > 0.5
        return {'hits': int((found & objects).sum()), 'found': int((found & counts).sum()),
                'true': int(objects.sum())}

    def score(self, outcomes: Sequence[Mapping[str, float] | None]) -> dict[str, float | int]:
        """Scores as `foreground/<score>`, shares of 0..1; undefined ones are nan."""
        hits, found, true = (sum(counts[name] for counts in outcomes) for name in ('hits', 'found', 'true'))
        shares = {'iou': (hits, found + true - hits), 'precision': (hits, found), 'recall': (hits, true)}
        scores = {f'foreground/{name}': part / whole if whole else float('nan')
                  for name, (part, whole) in shares.items()}
        print_log(f'\n{as_text([[["foreground", *shares], ["", *(f"{score:.4f}" for score in scores.values())]]])}',
                  logger='current')
        return scores


def _shown(tracks: VideoTracks, rows: np.ndarray) -> np.ndarray:
    """Pixels (H, W) bool of some of a video's objects."""
    masks = [tracks.masks[row] for row in rows]
    return rle.decode_all(masks, tracks.video.height, tracks.video.width).any(0)
