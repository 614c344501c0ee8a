"""Masks for tracks that are given as boxes (Porzi et al. 2020, section 5.5)."""

from collections.abc import Iterable, Sequence
from dataclasses import replace
from pathlib import Path

import numpy as np
import torch
from scipy.optimize import linear_sum_assignment

from mmvist.io import formats
from mmvist.mining.linkers import Linked, with_ignored
from mmvist.registry import TASK_UTILS
from mmvist.structures import VideoTracks
from mmvist.structures.boxes import box_iou
from mmvist.structures.detection_columns import filled_box
from mmvist.structures.detections import VideoDetections


@TASK_UTILS.register_module()
class BoxLinker:
    """Gives each annotated box the segment that fits it best, and so each segment the box's track.

    Boxes and segments of one class are matched one to one with the largest sum of overlaps. A box without a segment is
    ignored, and so is a segment without a box if it is a sure one: the annotators may have missed an object.

    Args:
        ann_file: The annotated boxes of all videos.
        classes: Classes that are mined.
        format: Format of the annotations.
        min_iou: Box IoU that a pair must have; the paper does not say.
        min_ignored_score: Segments without a box that score at least this are ignored, others are background; the paper
            says "confident".
    """

    def __init__(self, ann_file: str, classes: Sequence[str], format: str = 'bdd100k', min_iou: float = 0.5,
                 min_ignored_score: float = 0.9) -> None:
        boxes = formats.read(ann_file, format).with_classes(classes)
        self.ann_file, self.min_iou, self.min_ignored_score = ann_file, min_iou, min_ignored_score
        self._boxes = {tracks.video.name: tracks for tracks in boxes.videos}

    def prepare(self, device: torch.device | str, flow_root: Path | None = None) -> None:
        """There is nothing to make ready."""

    def link(self, segments: VideoDetections, images: Iterable[np.ndarray]) -> Linked:
        """Find masks for the boxes of one video; see `Linker`.

        Raises:
            ValueError: The annotations do not have the video, or have it with other frames.
        """
        video = segments.video
        boxes = self._boxes.get(video.name)
        if boxes is None:
            raise ValueError(f'{self.ann_file}: video {video.name} is not there')
        shapes = [(one.length, one.height, one.width) for one in (boxes.video, video)]
        if shapes[0] != shapes[1]:
            raise ValueError(f'{self.ann_file}: (length, height, width) of video {video.name} is {shapes[0]} there, '
                             f'{shapes[1]} of its images')
        boxed, segment = self._matched(boxes, segments)
        masks = [filled_box(box, video.height, video.width) for box in boxes.bboxes]
        for row, match in zip(boxed.tolist(), segment.tolist(), strict=True):
            masks[row] = segments.masks[match]
        given = replace(boxes, video=video, masks=tuple(masks), scores=np.ones(len(boxes), np.float32),
                        ignore=~np.isin(np.arange(len(boxes)), boxed), track_scores={})
        left = segments.scores >= np.float32(self.min_ignored_score)
        left[segment] = False
        return Linked(with_ignored(given, segments.select(left)))

    def _matched(self, boxes: VideoTracks, segments: VideoDetections) -> tuple[np.ndarray, np.ndarray]:
        """Rows of boxes and of segments that belong together."""
        pairs = [np.zeros((2, 0), np.int64)]
        for frame in range(segments.video.length):
            ours, theirs = boxes.rows_at(frame), segments.rows_at(frame)
            overlaps = box_iou(*(torch.from_numpy(np.asarray(bboxes, np.float64)) for bboxes in
                                 (boxes.bboxes[ours], segments.bboxes[theirs]))).numpy()
            allowed = ((overlaps >= self.min_iou) & (boxes.labels[ours, None] == segments.labels[theirs])
                       & ~boxes.ignore[ours, None])
            rows, columns = linear_sum_assignment(overlaps * allowed, maximize=True)
            real = allowed[rows, columns]
            pairs.append(np.stack([ours.start + rows[real], theirs.start + columns[real]]))
        return tuple(np.concatenate(pairs, axis=1))
