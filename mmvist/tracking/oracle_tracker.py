"""The identity oracle: detections are found, ids are given (Yang et al. 2019, Table 1)."""

from collections.abc import Sequence

import numpy as np
import torch
from scipy.optimize import linear_sum_assignment

from mmvist.io.truth import GroundTruth
from mmvist.registry import MODELS
from mmvist.structures import TrackSummary, rle
from mmvist.structures.frames import Frame
from mmvist.structures.instances import Instances
from mmvist.structures.masks import as_pixels
from mmvist.tracking.records import TrackRecords


@MODELS.register_module()
class OracleTracker:
    """Gives detections the ids of the annotated objects that they overlap most.

    The paper matches to the closest object; here closeness is the IoU of masks, and in each frame the one-to-one
    matching with the largest sum of them counts, of pairs that overlap at all. Detections without an object are
    dropped: an upper bound is not to pay for false positives. Classes and scores are the detections' own, the majority
    (lowest on a tie) and the mean of a track's.

    Args:
        ann_file: Annotations of the videos it will see.
        classes: Class names that the detector's labels index, objects of others are no one's; `None` takes all.
        format: Format of the annotations.
        seqmap: For formats with sequences, the file that lists those of the split.
        split: File that lists the videos of the split.
    """

    def __init__(self, ann_file: str, classes: Sequence[str] | None = None, format: str = 'ytvis',
                 seqmap: str | None = None, split: str | None = None) -> None:
        self.truth = GroundTruth(ann_file, classes, format, seqmap, split)

    def init(self) -> TrackRecords:
        """State before a video's first frame: the tracks so far."""
        return TrackRecords.empty()

    def step(self, state: TrackRecords, detections: Instances, frame: Frame) -> tuple[TrackRecords, Instances]:
        """Name the detections of the next frame.

        Args:
            state: From `init` or the frame before.
            detections: At least scores, labels and masks.
            frame: The frame.

        Returns:
            The next state, and the detections that were matched, with the objects' `ids` and with masks that are pixels
            already.

        Raises:
            ValueError: The frame is not in the annotations, or an object there has no mask.
        """
        height, width = frame.video.height, frame.video.width
        objects = self.truth.objects(frame.video, frame.index)
        if None in objects.masks:
            raise ValueError(f'OracleTracker: {self.truth.ann_file}, video {frame.video.id}, frame {frame.index}: '
                             f'object {objects.ids[objects.masks.index(None)]} has no mask')
        masks = as_pixels(detections.masks, frame)
        overlaps = rle.iou(masks.counts, objects.masks, height, width)
        rows, matched = linear_sum_assignment(overlaps, maximize=True)
        real = overlaps[rows, matched] > 0
        rows, ids = rows[real], objects.ids[matched[real]]

        chosen = torch.from_numpy(rows).to(detections.labels.device)
        named = detections.replace(masks=masks)[chosen].replace(ids=torch.from_numpy(ids).to(chosen))
        labels, scores = named.labels.cpu().numpy(), named.scores.double().cpu().numpy()
        return _observed(state, frame.index, ids, labels, scores), named

    def finish(self, state: TrackRecords) -> dict[int, TrackSummary]:
        """Label, score and verdict of every object that was found, by its id."""
        return dict(sorted(state.summaries(np.ones(len(state), bool)).items()))


def _observed(records: TrackRecords, frame: int, ids: np.ndarray, labels: np.ndarray, scores: np.ndarray
              ) -> TrackRecords:
    """Count one detection of each of some tracks, which may be new."""
    _, at, rows = np.intersect1d(ids, records.ids, assume_unique=True, return_indices=True)
    new = np.delete(np.arange(len(ids)), at)
    return TrackRecords.cat(records.observe(frame, rows, labels[at], scores[at]),
                            TrackRecords.start(frame, ids[new], labels[new], scores[new]))
