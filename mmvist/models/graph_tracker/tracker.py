"""The tracker of RGNNVIS: a recurrent graph network."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

import torch
from mmdet.structures import TrackDataSample
from mmengine.model import BaseModule
from torch import Tensor

from mmvist.models.graph_tracker.association import Verdict
from mmvist.models.graph_tracker.batch import FoundBatch, gather_found
from mmvist.models.graph_tracker.graph import Graph
from mmvist.models.graph_tracker.mask_readout import NO_MASK, MaskReadout
from mmvist.models.graph_tracker.rows import grown, pick
from mmvist.models.graph_tracker.slots import Slots
from mmvist.models.graph_tracker.training import UnrolledLoss
from mmvist.registry import MODELS
from mmvist.structures import TrackSummary
from mmvist.structures.boxes import box_iou
from mmvist.structures.competing_masks import competing_masks
from mmvist.structures.frames import Frame
from mmvist.structures.instances import Instances


@dataclass(frozen=True, eq=False)
class GraphState:
    """What lives between two frames of a video.

    Attributes:
        slots: Tracks; `None` before the first frame.
        ended: Summaries of tracks whose slots were released, by id.
    """

    slots: Slots | None = None
    ended: Mapping[int, TrackSummary] | None = None


@dataclass(frozen=True, eq=False)
class Step:
    """One frame of B videos.

    Attributes:
        before: (B, M) bool, slots that were used before the frame.
        verdict: How their tracks and the detections belong together.
        choice: (B, M'), the detection of each slot after births, -1 for none.
        born: (B, M') bool.
        slots: The next state.
    """

    before: Tensor
    verdict: Verdict
    choice: Tensor
    born: Tensor
    slots: Slots


@MODELS.register_module()
class GraphTracker(BaseModule):
    """Tracks, scores and masks by a recurrent graph network (RGNNVIS, Johnander et al. 2021).

    A pair of track and detection is judged in view of all others, tracks are scored anew in every frame, and masks are
    weighed against each other, so that a pixel has one instance.

    Args:
        num_classes: K.
        appearance_channels: A, of the embedder.
        channels: D, of all embeddings.
        graph: Config of the graph.
        recurrence: Config of the gates of the recurrent connection.
        appearance: Config of the appearance model.
        association: Config of the association.
        scoring: Config of the scoring.
        mask_channels: Channels of the mask read-out.
        background: Logit of the background among the masks.
        max_tracks: Most tracks at a time.
        keep_boxes: Let a track without a detection keep its box; the authors' code forgets it at once.
        release_after: In testing, frames without a detection after which a slot becomes free; `None` never frees one,
            as in the authors' code, so that after `max_tracks` nothing starts any more.
        loss: Arguments of `UnrolledLoss`, for training.

    Attributes:
        needs: Columns of detections that not every detector gives.

    Raises:
        ValueError: Parts do not go together, a key of the loss is unknown, or a slot would be released at once.
    """

    needs = ('logits',)

    def __init__(self, num_classes: int, appearance_channels: int = 512, channels: int = 128,
                 graph: Mapping | None = None, recurrence: Mapping | None = None, appearance: Mapping | None = None,
                 association: Mapping | None = None, scoring: Mapping | None = None, mask_channels: int = 16,
                 background: float = 10.0, max_tracks: int = 24, keep_boxes: bool = False,
                 release_after: int | None = None, loss: Mapping | None = None) -> None:
        if release_after is not None and release_after < 1:
            raise ValueError(f'GraphTracker: release_after must be at least 1 frame, got {release_after}')
        super().__init__()
        self.appearance = MODELS.build({'type': 'GaussianAppearance', **(appearance or {}),
                                        'channels': appearance_channels, 'track_channels': channels})
        self.graph = MODELS.build({
            'type': 'GraphNetwork', **(graph or {}), 'track_channels': channels,
            'detection_channels': num_classes + 5 + self.appearance.detection_channels,
            'edge_channels': 1 + self.appearance.edge_channels,
            'empty_edge_channels': self.appearance.empty_edge_channels})
        recurrence = {'type': 'LSTMGates', **(recurrence or {}), 'channels': channels}
        self.recurrence, self.empty_recurrence = MODELS.build(recurrence), MODELS.build(recurrence)
        self.association = MODELS.build({'type': 'EdgeAssociation', **(association or {})})
        needed = self.association.needs_appearance
        if needed not in (None, type(self.appearance).__name__):
            raise ValueError(f'{type(self.association).__name__} needs appearance=dict(type={needed!r}), got '
                             f'{type(self.appearance).__name__}')
        self.scoring = MODELS.build({'type': 'LearnedScoring', **(scoring or {}), 'channels': channels,
                                     'num_classes': num_classes})
        self.masks = MaskReadout(channels, mask_channels)
        self.num_classes, self.channels = num_classes, channels
        self.background, self.max_tracks = background, max_tracks
        self.keep_boxes, self.release_after = keep_boxes, release_after
        self.unrolled_loss = UnrolledLoss(**(loss or {}))

    def init(self) -> GraphState:
        """State before a video's first frame."""
        return GraphState()

    @torch.no_grad()
    def step(self, state: GraphState, detections: Instances, frame: Frame) -> tuple[GraphState, Instances]:
        """Find the tracks in the next frame.

        Args:
            state: From `init` or the frame before.
            detections: bboxes, scores, logits, masks and, but for some configs, embeds.
            frame: The frame, with `appearance` among its features if there are embeds.

        Returns:
            The next state, and the tracks that have a detection, with ids, labels and scores as of this frame.
        """
        state = self._release(state)
        found = gather_found([(frame, detections)])
        step = self.advance(state.slots, found)
        slots, shown = step.slots, step.slots.active[0]
        rows = step.choice[0, shown]
        labels, scores = _classes(slots.logits[0, shown])
        video = frame.video
        masks = competing_masks(self.masks(found.masks, found.inside, step.choice, slots.embeds), self.background,
                                frame.image.shape[-1] / found.masks.shape[-1], frame.scale, video.height, video.width)
        return replace(state, slots=slots), Instances(
            bboxes=found.bboxes[0, rows], scores=scores, labels=labels, ids=slots.ids[0, shown], masks=masks)

    def finish(self, state: GraphState) -> dict[int, TrackSummary]:
        """Class and score of every track as of the last frame, by id."""
        last = {} if state.slots is None else _summaries(state.slots, state.slots.used[0])
        return dict(sorted({**(state.ended or {}), **last}.items()))

    def loss(self, found: Sequence[Sequence[tuple[Frame, Instances]]], clips: Sequence[TrackDataSample]
             ) -> dict[str, Tensor]:
        """Unroll N clips of T frames and compare with their truth; see `UnrolledLoss`."""
        return self.unrolled_loss(self, found, clips)

    def advance(self, slots: Slots | None, found: FoundBatch) -> Step:
        """One frame of B videos: judge, decide, start, remember.

        No gradient passes through decisions, but through all else.
        """
        if slots is None:
            slots = self._start(found)
        ious = box_iou(slots.bboxes, found.bboxes)
        edges, empty_edges = self.appearance.edges(slots.appearance, slots.used, found)
        features = torch.cat([found.logits, found.places, self.appearance.describe(found)], dim=-1)
        reading = self.graph(Graph(slots.embeds, features, slots.empty,
                                   torch.cat([edges, 2 * ious[..., None] - 1], dim=-1), empty_edges),
                             slots.used, found.real)
        verdict = self.association(reading, self.appearance, slots, found, ious)

        starts = self._place(slots.used, verdict.births, found.scores)
        before, slots = slots.used, self._grow(slots, starts.shape[1] - slots.used.shape[1])
        born = starts >= 0
        choice = torch.where(born, starts, grown(verdict.choice, starts.shape[1] - before.shape[1], -1))
        said = torch.where(born[..., None], pick(reading.detections, starts),
                           grown(reading.tracks, starts.shape[1] - before.shape[1]))
        used, active = slots.used | born, choice >= 0
        embeds, cells = (part * used[..., None] for part in self.recurrence(said, slots.embeds, slots.cells))
        empty, empty_cells = self.empty_recurrence(reading.empty, slots.empty, slots.empty_cells)
        evidence, logits = self.scoring(slots.evidence, embeds, found, choice, born)
        appearance = self.appearance.update(slots.appearance, found, choice, born, embeds, empty)
        lost = slots.bboxes if self.keep_boxes else torch.zeros_like(slots.bboxes)
        return Step(before, verdict, choice, born, Slots(
            used=used, active=active, ids=torch.where(born, slots.next_ids[:, None] + born.cumsum(1) - 1, slots.ids),
            idle=torch.where(active, 0, slots.idle + 1), next_ids=slots.next_ids + born.sum(1),
            embeds=embeds, cells=cells, empty=empty, empty_cells=empty_cells,
            bboxes=torch.where(active[..., None], pick(found.bboxes, choice), lost),
            appearance=appearance, evidence=evidence, logits=logits))

    def track_masks(self, found: FoundBatch, step: Step) -> Tensor:
        """Mask logits (B, M', h, w) of all tracks, far below the background without a detection."""
        shown = self.masks(found.masks, found.inside, step.choice, step.slots.embeds)
        masks = found.masks.new_full((*step.choice.shape, *found.masks.shape[2:]), NO_MASK)
        return masks.masked_scatter((step.choice >= 0)[..., None, None], shown)

    def _start(self, found: FoundBatch) -> Slots:
        """No track, before the first frame."""
        if self.appearance.needs_embeds and found.embeds is None:
            raise ValueError(f'{type(self.appearance).__name__} compares embeds, which an embedder adds to detections; '
                             'there is none. Use appearance=dict(type="NoAppearance") without one')
        logits = found.logits[:, :0]
        batch = len(logits)
        whole = found.real[:, :0].long()
        empty = logits.new_zeros(batch, 1, self.channels)
        none = found.real[:, :0]
        return Slots(used=none, active=none, ids=whole, idle=whole, next_ids=whole.new_zeros(batch),
                     embeds=empty[:, :0], cells=empty[:, :0], empty=empty, empty_cells=empty,
                     bboxes=found.bboxes[:, :0], appearance=self.appearance.start(found),
                     evidence=self.scoring.start(found), logits=logits)

    def _grow(self, slots: Slots, count: int) -> Slots:
        """So many more slots, unused."""
        if count == 0:
            return slots
        rows = ('used', 'active', 'ids', 'idle', 'embeds', 'cells', 'bboxes', 'logits')
        return replace(slots, appearance=self.appearance.grow(slots.appearance, count),
                       evidence=self.scoring.grow(slots.evidence, count),
                       **{name: grown(getattr(slots, name), count) for name in rows})

    def _place(self, used: Tensor, births: Tensor, scores: Tensor) -> Tensor:
        """The detection that starts a track in each slot, -1 for none, (B, M') with as many more slots as it takes.

        The best detections come first, into the first slots that are free.
        """
        free = ~used
        wanted = torch.minimum(births.sum(1), self.max_tracks - used.sum(1))
        more = max(int((wanted - free.sum(1)).amax()), 0)
        if births.shape[1] == 0:
            return torch.full(used.shape, -1, dtype=torch.int64, device=used.device)
        free = torch.cat([free, free.new_ones(len(free), more)], dim=1)
        order = scores.masked_fill(~births, -torch.inf).argsort(dim=1, descending=True, stable=True)
        rank = free.cumsum(1) - 1
        first = order.gather(1, rank.clamp(0, order.shape[1] - 1))
        return torch.where(free & (rank < wanted[:, None]), first, -1)

    def _release(self, state: GraphState) -> GraphState:
        """Free the slots of tracks that were not seen for too long."""
        slots = state.slots
        if self.release_after is None or slots is None:
            return state
        gone = slots.used & (slots.idle >= self.release_after)
        if not gone.any():
            return state
        kept = ~gone[..., None]
        return GraphState(replace(slots, used=slots.used & ~gone, embeds=slots.embeds * kept,
                                  cells=slots.cells * kept),
                          {**(state.ended or {}), **_summaries(slots, gone[0])})


def _classes(logits: Tensor) -> tuple[Tensor, Tensor]:
    """Most likely class and its chance of logits (M, K + 1), the background aside."""
    scores, labels = logits.softmax(-1)[:, :-1].max(-1)
    return labels, scores


def _summaries(slots: Slots, rows: Tensor) -> dict[int, TrackSummary]:
    """Of some slots (M,) bool of the one video that there is."""
    labels, scores = _classes(slots.logits[0, rows])
    return {track: TrackSummary(label, score) for track, label, score in zip(
        slots.ids[0, rows].tolist(), labels.tolist(), scores.tolist(), strict=True)}
