"""The association tracker."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, NamedTuple

import numpy as np
import torch
from mmengine.model import BaseModule
from torch import Tensor

from mmvist.registry import MODELS, TASK_UTILS
from mmvist.structures import TrackSummary
from mmvist.structures.frames import Frame
from mmvist.structures.instances import Instances
from mmvist.structures.masks import RLEMasks, as_pixels
from mmvist.tracking.assigners import DROPPED
from mmvist.tracking.comparisons import mask_areas
from mmvist.tracking.host import to_device
from mmvist.tracking.records import LABELS, SCORES, TrackRecords
from mmvist.tracking.stage import Stage


@dataclass(frozen=True, eq=False)
class TrackerState:
    """Everything that lives between two frames of a video.

    Attributes:
        tracks: Live tracks as memory and propagator left them; `None` before the first frame.
        records: The same tracks' bookkeeping, row by row.
        propagator: The propagator's state.
        frame: Index of the last frame.
        next_id: Id of the next birth; ids count from 0.
        ended: Records of the tracks that died, in portions that shrink by half or more.
        refused: For each gate of the stages, the pairs that it forbade and that would have scored above "new" (see
            `Stage.refused`), where `count_refused` is set.
    """

    propagator: Any
    tracks: Instances | None = None
    records: TrackRecords = TrackRecords.empty()
    frame: int = -1
    next_id: int = 0
    ended: tuple[TrackRecords, ...] = ()
    refused: tuple[int, ...] = ()


class Decision(NamedTuple):
    """What becomes of D detections, on the host.

    Attributes:
        rows: (D,) int64 as an assigner gives them: 0 is born, k continues track k - 1, `DROPPED` leaves the frame.
        labels: (D,) int64.
        scores: (D,) float64.
    """

    rows: np.ndarray
    labels: np.ndarray
    scores: np.ndarray


@MODELS.register_module()
class AssociationTracker(BaseModule):
    """Gives each detection an old id or a new one, by comparing it with the live tracks.

    Args:
        stages: Arguments of `Stage`. Each stage decides on the tracks and detections that the stages before it left
            over, by cues that see all of them; what the last one calls new is born.
        memory: Config of the memory.
        propagator: Config of the propagator.
        filters: Configs of gates that a detection must pass to take part at all.
        births: Configs of gates that a detection must pass towards every live track to be born.
        max_age: Largest number of frames between two detections of a track; `None` never forgets.
        min_hits: Detections from which on a track is confirmed, that is, output. Others die with the first miss.
        trusted_start: Tracks born in the video's first frames, so many, are confirmed at once.
        min_length: Tracks with fewer detections are dropped from the video when it ends.
        min_top_score: Tracks that never had a detection of this score are, too.
        label: Which class a whole track has, a rule of `TrackRecords.labels`.
        score: Which score a whole track has, a rule of `TrackRecords.scores`.
        pixel_masks: Turn masks into pixels of the original image first, for the parts that compare them; the results
            are made of them, so that nothing is pasted twice.
        max_covered: Where given, these masks are made disjoint before anything is compared: a pixel goes to the highest
            score, and a detection of whose mask more than this share, in 0..1, is covered leaves the frame, as does one
            without a pixel (Porzi et al. 2019).
        count_refused: Count in the state what each gate forbids, to see what thresholds do.
    """

    def __init__(self, stages: Sequence[dict], memory: dict, propagator: dict | None = None,
                 filters: Sequence[dict] = (), births: Sequence[dict] = (), max_age: int | None = None,
                 min_hits: int = 1, trusted_start: int = 0, min_length: int = 1, min_top_score: float = 0.0,
                 label: str = 'vote', score: str = 'mean', pixel_masks: bool = False,
                 max_covered: float | None = None, count_refused: bool = False) -> None:
        if not stages:
            raise ValueError('AssociationTracker: at least one stage is needed')
        for name, rule, rules in (('label', label, LABELS), ('score', score, SCORES)):
            if rule not in rules:
                raise ValueError(f'AssociationTracker: {name} must be one of {rules}, got {rule!r}')
        if max_covered is not None and not (pixel_masks and 0 <= max_covered <= 1):
            raise ValueError('AssociationTracker: max_covered is a share in 0..1 of masks in pixels, set '
                             f'pixel_masks=True; got {max_covered} and pixel_masks={pixel_masks}')
        super().__init__()
        self.stages = [Stage(**stage) for stage in stages]
        self.memory = TASK_UTILS.build(memory)
        self.propagator = MODELS.build(propagator or {'type': 'Still'})
        self.filters = [TASK_UTILS.build(gate) for gate in filters]
        self.births = [TASK_UTILS.build(gate) for gate in births]
        self.max_age, self.min_hits, self.trusted_start = max_age, min_hits, trusted_start
        self.min_length, self.min_top_score = min_length, min_top_score
        self.label, self.score = label, score
        self.pixel_masks, self.max_covered, self.count_refused = pixel_masks, max_covered, count_refused

    def init(self) -> TrackerState:
        """State before a video's first frame."""
        return TrackerState(self.propagator.init())

    def step(self, state: TrackerState, detections: Instances, frame: Frame) -> tuple[TrackerState, Instances]:
        """Name the detections of the next frame.

        Args:
            state: From `init` or the frame before.
            detections: Columns the cues and gates ask for; at least labels and scores.
            frame: The frame; its index may jump ahead.

        Returns:
            The next state, and the detections of confirmed tracks with their `ids`.
        """
        tracks = self._start(self._as_pixels(detections[:0], frame), frame) if state.tracks is None else state.tracks
        detections = self._as_pixels(detections, frame)
        tracks, records, ended = self._forget(state, tracks, frame.index)
        columns, gaps = tracks.columns, frame.index - records.last_frames
        tracks = tracks.replace(ids=to_device(records.ids, tracks), gaps=to_device(gaps, tracks),
                                confirmed=to_device(self._confirmed(records), tracks))
        propagated, tracks = self.propagator.predict(state.propagator, tracks, frame)
        decision = self._decide(tracks, gaps, detections, frame.index)
        refused = self._refused(state, tracks, detections) if self.count_refused else state.refused

        matched, born = np.flatnonzero(decision.rows > 0), np.flatnonzero(decision.rows == 0)
        matched = matched[np.argsort(decision.rows[matched])]
        continued = decision.rows[matched] - 1
        remembered = self._remember(tracks, columns, detections, frame, continued, matched, born)
        records = records.observe(frame.index, continued, decision.labels[matched], decision.scores[matched])
        named = np.full(len(detections), DROPPED)
        named[matched], named[born] = continued, len(records) + np.arange(len(born))
        if len(born):
            records = TrackRecords.cat(records, TrackRecords.start(
                frame.index, state.next_id + np.arange(len(born)), decision.labels[born], decision.scores[born]))

        kept = np.flatnonzero(named != DROPPED)
        kept = kept[self._confirmed(records)[named[kept]]]
        instances = detections if len(kept) == len(detections) else detections[kept]
        ids = to_device(records.ids[named[kept]], detections)
        return (TrackerState(propagated, remembered, records, frame.index, state.next_id + len(born), ended,
                             refused),
                instances.replace(ids=ids))

    def finish(self, state: TrackerState) -> dict[int, TrackSummary]:
        """Label, score and verdict of every track of the video, by id."""
        summaries = {}
        for records in (*state.ended, state.records):
            kept = (self._confirmed(records) & (records.lengths >= self.min_length)
                    & (records.top_scores >= np.float32(self.min_top_score)))       # scores came in 32 bits
            summaries.update(records.summaries(kept, self.label, self.score))
        return dict(sorted(summaries.items()))

    def _as_pixels(self, detections: Instances, frame: Frame) -> Instances:
        """Detections with pixel masks if they are asked for; what the filters refuse anyway is not pasted."""
        ready = self.max_covered is None and isinstance(getattr(detections, 'masks', None), RLEMasks)
        if not self.pixel_masks or ready:
            return detections
        filters = [gate for gate in self.filters if not getattr(gate, 'needs_pixels', False)]
        if filters:
            # What is not finite stays, to be told of.
            detections = detections[_passing(filters, detections[:0], detections) | ~_finite(detections)]
        if self.max_covered is None:
            return detections.replace(masks=as_pixels(detections.masks, frame))
        masks = as_pixels(detections.masks, frame, detections.scores.float().cpu().numpy(), self.max_covered)
        detections = detections.replace(masks=masks)
        visible = (mask_areas(detections) > 0) | ~_finite(detections)
        return detections if visible.all() else detections[visible]

    def _confirmed(self, records: TrackRecords) -> np.ndarray:
        return (records.lengths >= self.min_hits) | (records.first_frames < self.trusted_start)

    def _forget(self, state: TrackerState, tracks: Instances, frame: int
                ) -> tuple[Instances, TrackRecords, tuple[TrackRecords, ...]]:
        """Retire tracks whose last detection is older than `max_age`, and unconfirmed ones that missed a frame."""
        records = state.records
        alive = self._confirmed(records) | (records.last_frames == state.frame)
        if self.max_age is not None:
            alive &= frame - records.last_frames <= self.max_age
        if alive.all():
            return tracks, records, state.ended
        return tracks[np.flatnonzero(alive)], *records.retire(alive, state.ended)

    def _refused(self, state: TrackerState, tracks: Instances, detections: Instances) -> tuple[int, ...]:
        counts = torch.cat([stage.refused(tracks, detections) for stage in self.stages]).tolist()
        return tuple(map(sum, zip(state.refused, counts, strict=True))) if state.refused else tuple(counts)

    def _decide(self, tracks: Instances, gaps: np.ndarray, detections: Instances, frame: int) -> Decision:
        """Compare on the device, decide on the host."""
        affinities = [stage.affinity(tracks, detections) for stage in self.stages]
        # Everything that is decided on leaves the device in one copy.
        rows = [_passing(self.filters, tracks, detections), _passing(self.births, tracks, detections),
                _finite(detections), detections.scores, detections.labels]
        host = torch.cat([*affinities, torch.stack([row.float() for row in rows])]).cpu().numpy()
        *affinities, rows = np.split(host, (1 + len(tracks)) * np.arange(1, 1 + len(affinities)))
        admitted, may_be_born, finite = rows[:3] > 0
        if not finite.all():
            raise ValueError(f'frame {frame}: boxes, scores or embeddings of detections are not finite; the network '
                             'has diverged')

        decided = np.where(admitted, 0, DROPPED)
        free = np.ones(len(tracks), bool)
        for stage, affinity in zip(self.stages, affinities, strict=True):
            if np.isnan(affinity).any():
                raise ValueError(f'frame {frame}: scores of matches are not numbers; embeddings or boxes have diverged')
            for closed, taken in stage.decide(affinity, np.flatnonzero(free), np.flatnonzero(decided == 0), gaps):
                decided[closed] = taken
                free[taken[taken > 0] - 1] = False
        decided[(decided == 0) & ~may_be_born] = DROPPED
        return Decision(decided, rows[4].astype(np.int64), rows[3].astype(np.float64))

    def _remember(self, tracks: Instances, columns: Sequence[str], detections: Instances, frame: Frame,
                  continued: np.ndarray, matched: np.ndarray, born: np.ndarray) -> Instances:
        """Next frame's tracks: the old ones in order, with what they were matched with, then those born."""
        parts = [tracks.only(columns)]
        if len(matched):
            some, found = _rows(tracks, continued), _rows(detections, matched)
            corrected = self.propagator.correct(some, found, frame)
            parts.append(self.memory.update(some, found).replace(**corrected))
        if len(born):
            parts.append(self._start(_rows(detections, born), frame))
        if len(continued) == len(tracks):
            return Instances.cat(parts[1:] or parts)
        source = np.arange(len(tracks) + len(born))
        source[continued] = len(tracks) + np.arange(len(matched))
        source[len(tracks):] += len(matched)
        return Instances.cat(parts)[source]

    def _start(self, detections: Instances, frame: Frame) -> Instances:
        return self.memory.start(detections).replace(**self.propagator.start(detections, frame))


def _passing(gates: Sequence[Any], tracks: Instances, detections: Instances) -> Tensor:
    """Detections that pass every gate towards every track, (D,) bool."""
    passing = torch.ones(len(detections), dtype=torch.bool, device=detections.labels.device)
    for gate in gates:
        passing = passing & gate(tracks, detections).all(dim=0)
    return passing


def _finite(detections: Instances) -> Tensor:
    """Detections whose score, box and embedding are numbers, (D,) bool."""
    columns = [getattr(detections, name) for name in ('bboxes', 'embeds') if name in detections]
    return torch.cat([detections.scores[:, None], *columns], dim=1).isfinite().all(dim=1)


def _rows(instances: Instances, rows: np.ndarray) -> Instances:
    """Some rows, which are all of them when they are as many and in order."""
    if len(rows) == len(instances) and np.array_equal(rows, np.arange(len(rows))):
        return instances
    return instances[rows]
