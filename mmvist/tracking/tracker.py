"""The association tracker."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import torch
from mmengine.model import BaseModule
from torch import Tensor

from mmvist.registry import MODELS, TASK_UTILS
from mmvist.structures import TrackSummary
from mmvist.structures.frames import Frame
from mmvist.structures.instances import Instances
from mmvist.tracking.assigners import DROPPED
from mmvist.tracking.records import TrackRecords
from mmvist.tracking.stage import Stage


@dataclass(frozen=True, eq=False)
class TrackerState:
    """Everything that lives between two frames of a video.

    Attributes:
        tracks: Live tracks as the memory left them; `None` before the first detections.
        records: The same tracks' bookkeeping, row by row.
        next_id: Id of the next birth; ids count from 0.
        ended: Records of the tracks that died, in portions that shrink by half or more.
    """

    tracks: Instances | None = None
    records: TrackRecords = TrackRecords.empty()
    next_id: int = 0
    ended: tuple[TrackRecords, ...] = ()


@MODELS.register_module()
class AssociationTracker(BaseModule):
    """Gives each detection an old id or a new one, by comparing it with the live tracks.

    Args:
        stages: Arguments of `Stage`. Each stage sees the tracks and detections that the stages before it
            left over; what the last one calls new is born.
        memory: Config of the memory.
        max_age: Largest number of frames between two detections of a track; `None` never forgets.
        min_length: Tracks with fewer detections are dropped from the video when it ends.
    """

    def __init__(self, stages: Sequence[dict], memory: dict, max_age: int | None = None, min_length: int = 1) -> None:
        if not stages:
            raise ValueError('AssociationTracker: at least one stage is needed')
        super().__init__()
        self.stages = [Stage(**stage) for stage in stages]
        self.memory = TASK_UTILS.build(memory)
        self.max_age, self.min_length = max_age, min_length

    def init(self) -> TrackerState:
        """State before a video's first frame."""
        return TrackerState()

    def step(self, state: TrackerState, detections: Instances, frame: Frame) -> tuple[TrackerState, Instances]:
        """Name the detections of the next frame.

        Args:
            state: From `init` or the frame before.
            detections: Columns the cues and gates ask for; at least labels and scores.
            frame: The frame; its index may jump ahead.

        Returns:
            The next state, and the detections that were not dropped with their `ids`.
        """
        tracks = self.memory.init(detections) if state.tracks is None else state.tracks
        tracks, records, ended = self._forget(tracks, state.records, state.ended, frame.index)
        rows, labels, scores = self._associate(tracks, records, detections, frame.index)

        matched = np.flatnonzero(rows > 0)
        born = np.flatnonzero(rows == 0)
        source = np.arange(len(tracks) + len(born))
        source[rows[matched] - 1] = len(tracks) + matched
        source[len(tracks):] = len(tracks) + born
        remembered = self.memory.update(tracks, detections, _index(source, detections))

        named = np.full(len(rows), DROPPED)
        named[matched] = rows[matched] - 1
        named[born] = len(tracks) + np.arange(len(born))
        records = records.add(state.next_id + np.arange(len(born)))
        kept = np.flatnonzero(named != DROPPED)
        records = records.observe(frame.index, named[kept], labels[kept], scores[kept])

        instances = detections if len(kept) == len(rows) else detections[_index(kept, detections)]
        ids = _index(records.ids[named[kept]], detections)
        return TrackerState(remembered, records, state.next_id + len(born), ended), instances.replace(ids=ids)

    def finish(self, state: TrackerState) -> dict[int, TrackSummary]:
        """Label, score and verdict of every track of the video, by id."""
        summaries = {}
        for records in (*state.ended, state.records):
            summaries.update(records.summaries(self.min_length))
        return dict(sorted(summaries.items()))

    def _forget(self, tracks: Instances, records: TrackRecords, ended: tuple[TrackRecords, ...], frame: int
                ) -> tuple[Instances, TrackRecords, tuple[TrackRecords, ...]]:
        """Retire tracks whose last detection is older than `max_age`."""
        if self.max_age is None or len(records) == 0:
            return tracks, records, ended
        alive = frame - records.last_frames <= self.max_age
        if alive.all():
            return tracks, records, ended
        return (tracks[_index(np.flatnonzero(alive), tracks)], records.select(alive),
                _append(ended, records.select(~alive)))

    def _associate(self, tracks: Instances, records: TrackRecords, detections: Instances, frame: int
                   ) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
        """Rows as an assigner gives them, and the detections' labels and scores, on the host."""
        compared = tracks.replace(ids=_index(records.ids, tracks), gaps=_index(frame - records.last_frames, tracks))
        rows = np.zeros(len(detections), np.int64)
        free_tracks, open_columns = np.arange(len(tracks)), np.arange(len(detections))
        labels = scores = None
        for stage in self.stages:
            some_tracks = compared if len(free_tracks) == len(tracks) else compared[_index(free_tracks, tracks)]
            some = detections if len(open_columns) == len(rows) else detections[_index(open_columns, detections)]
            affinity = stage.affinity(some_tracks, some)
            if labels is None:
                # Labels and scores ride along, so that a stage costs one copy from the device.
                host = torch.cat([affinity, some.scores[None].to(affinity), some.labels[None].to(affinity)])
                host = host.cpu().numpy()
                affinity, scores, labels = host[:-2], host[-2].astype(np.float64), host[-1].astype(np.int64)
            else:
                affinity = affinity.cpu().numpy()
            if np.isnan(affinity).any():
                raise ValueError(f'frame {frame}: scores of matches are not numbers; embeddings or boxes have diverged')
            decided = stage.assigner(affinity)
            rows[open_columns] = np.where(decided > 0, np.append(-1, free_tracks)[np.maximum(decided, 0)] + 1, decided)
            free_tracks = np.delete(free_tracks, decided[decided > 0] - 1)
            open_columns = open_columns[decided == 0]
            if len(open_columns) == 0:
                break
        return rows, labels, scores


def _append(ended: tuple[TrackRecords, ...], records: TrackRecords) -> tuple[TrackRecords, ...]:
    """Add a portion, joined with those before it that are no longer: each row is copied a few times at most."""
    while ended and len(ended[-1]) <= len(records):
        records, ended = TrackRecords.cat(ended[-1], records), ended[:-1]
    return (*ended, records)


def _index(values: np.ndarray, like: Instances) -> Tensor:
    return torch.from_numpy(np.ascontiguousarray(values)).to(like.labels.device)
