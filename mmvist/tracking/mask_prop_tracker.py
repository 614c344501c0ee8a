"""Tracks without detections: masks are handed on from frame to frame, detections only start them."""

from dataclasses import dataclass
from typing import Any

import numpy as np
import torch
from mmengine.model import BaseModule

from mmvist.registry import MODELS
from mmvist.structures import TrackSummary, rle
from mmvist.structures.frames import Frame
from mmvist.structures.instances import Instances
from mmvist.structures.masks import as_pixels
from mmvist.tracking.comparisons import mask_iou
from mmvist.tracking.host import to_device
from mmvist.tracking.records import TrackRecords

COLUMNS = ('bboxes', 'labels', 'scores', 'masks')


@dataclass(frozen=True, eq=False)
class MaskPropState:
    """Everything that lives between two frames of a video.

    Attributes:
        propagator: The propagator's state.
        tracks: Live tracks as the propagator left them; `None` before the first frame.
        records: The same tracks' bookkeeping, row by row; a frame with a mask counts as a detection.
        next_id: Id of the next birth; ids count from 0.
        ended: Records of the tracks that were given up, in portions that shrink by half or more.
    """

    propagator: Any
    tracks: Instances | None = None
    records: TrackRecords = TrackRecords.empty()
    next_id: int = 0
    ended: tuple[TrackRecords, ...] = ()


@MODELS.register_module()
class MaskPropTracker(BaseModule):
    """Follows objects by the masks that a propagator predicts ("OSMN MaskProp" in the table of RGNNVIS).

    Every detection of the first frame starts a track; later ones do where no track is. A track's class and score are
    those of the detection that started it. The paper that compares with it does not say more; the limits are our own.

    Args:
        propagator: Config of a propagator that predicts `masks`.
        min_score: Detections after the first frame that score less start nothing.
        max_iou: Those that overlap any predicted mask by this much start nothing either.
        max_age: Frames without a mask after which a track is given up; until then it may come back. `None` never.
    """

    def __init__(self, propagator: dict, min_score: float = 0.5, max_iou: float = 0.3, max_age: int | None = None
                 ) -> None:
        super().__init__()
        self.propagator = MODELS.build(propagator)
        self.min_score, self.max_iou, self.max_age = min_score, max_iou, max_age

    def init(self) -> MaskPropState:
        """State before a video's first frame."""
        return MaskPropState(self.propagator.init())

    def step(self, state: MaskPropState, detections: Instances, frame: Frame) -> tuple[MaskPropState, Instances]:
        """Find the tracks in the next frame, and start new ones.

        Args:
            state: From `init` or the frame before.
            detections: bboxes, scores, labels and masks.
            frame: The frame, with its image.

        Returns:
            The next state, and the tracks that have a mask, with `ids`; of those that start here the detection's.
        """
        first = state.tracks is None
        found = detections.only(COLUMNS)
        found = found.replace(masks=as_pixels(found.masks, frame))
        tracks = self._start(found[:0], frame) if first else state.tracks
        tracks, records, ended = self._give_up(state, tracks, frame.index)
        columns = tracks.columns
        gaps = frame.index - records.last_frames
        tracks = tracks.replace(ids=to_device(records.ids, tracks), gaps=to_device(gaps, tracks))
        propagated, tracks = self.propagator.predict(state.propagator, tracks, frame)
        tracks = tracks.replace(masks=as_pixels(tracks.masks, frame))

        masks = tracks.masks
        shown = np.flatnonzero(rle.area(masks.counts, masks.height, masks.width))
        born = found if first else found[self._new(tracks, found)]
        newest = TrackRecords.start(frame.index, state.next_id + np.arange(len(born)), born.labels.cpu().numpy(),
                                    born.scores.cpu().numpy())
        records = records.observe(frame.index, shown, tracks.labels.cpu().numpy()[shown],
                                  tracks.scores.double().cpu().numpy()[shown])
        instances = Instances.cat([tracks[shown].only(COLUMNS), born])
        ids = np.concatenate([records.ids[shown], newest.ids])
        remembered = Instances.cat([tracks.only(columns), self._start(born, frame)])
        return (MaskPropState(propagated, remembered, TrackRecords.cat(records, newest), state.next_id + len(born),
                              ended), instances.replace(ids=to_device(ids, instances)))

    def finish(self, state: MaskPropState) -> dict[int, TrackSummary]:
        """Label, score and verdict of every track of the video, by id."""
        summaries = {}
        for records in (*state.ended, state.records):
            summaries.update(records.summaries(np.ones(len(records), bool), label='last', score='last'))
        return dict(sorted(summaries.items()))

    def _start(self, detections: Instances, frame: Frame) -> Instances:
        tracks = detections.only([name for name in COLUMNS if name != 'masks'])
        return tracks.replace(**self.propagator.start(detections, frame))

    def _give_up(self, state: MaskPropState, tracks: Instances, frame: int
                 ) -> tuple[Instances, TrackRecords, tuple[TrackRecords, ...]]:
        """Tracks that may still come back, their records, and the records of the others."""
        records = state.records
        alive = np.ones(len(records), bool) if self.max_age is None else frame - records.last_frames <= self.max_age
        if alive.all():
            return tracks, records, state.ended
        return tracks[np.flatnonzero(alive)], *records.retire(alive, state.ended)

    def _new(self, tracks: Instances, found: Instances) -> torch.Tensor:
        """Which detections show what no track shows, (D,) bool."""
        certain = found.scores >= self.min_score
        return certain & (mask_iou(tracks, found) < self.max_iou).all(dim=0)
