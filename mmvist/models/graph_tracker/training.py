"""What the graph tracker learns from (RGNNVIS, Johnander et al. 2021, 3.5)."""

from collections import defaultdict
from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING

import torch
import torch.nn.functional as F
from mmdet.structures import DetDataSample, TrackDataSample
from torch import Tensor, nn

from mmvist.models.dense_truth import IGNORED, id_map
from mmvist.models.graph_tracker.association import PairTargets
from mmvist.models.graph_tracker.batch import gather_found
from mmvist.models.graph_tracker.rows import grown, pick
from mmvist.registry import MODELS
from mmvist.structures.boxes import box_iou
from mmvist.structures.frames import Frame
from mmvist.structures.instances import Instances

if TYPE_CHECKING:
    from mmvist.models.graph_tracker.tracker import GraphTracker, Step

WEIGHTS = {'score': 1.0, 'mask': 1.0, 'match': 4.0, 'init': 1.0}
# Nobody's id.
NOBODY = -1


class UnrolledLoss(nn.Module):
    """Four losses over unrolled clips: of classes, masks, matches and births (Eq. 5).

    Args:
        weights: Of the losses `score`, `mask`, `match` and `init`; by default those of the authors' code.
        min_iou: A detection is of the object whose box it overlaps by more than this.
        last_weight: Weight of the class loss in a clip's last frame.
        decay: By how much it falls with each frame before; later frames know more.
        mask_loss: Config of the loss of masks.
        mask_stride: Pixels of the network input along the sides of those that masks are compared in.
    """

    def __init__(self, weights: Mapping[str, float] | None = None, min_iou: float = 0.5,
                 last_weight: float = 0.228, decay: float = 0.8, mask_loss: Mapping | None = None,
                 mask_stride: int = 1) -> None:
        unknown = sorted({*(weights or {})} - {*WEIGHTS})
        if unknown:
            raise ValueError(f'UnrolledLoss: weights has no {", ".join(unknown)}; the losses are {", ".join(WEIGHTS)}')
        super().__init__()
        self.weights, self.min_iou = {**WEIGHTS, **(weights or {})}, min_iou
        self.last_weight, self.decay, self.mask_stride = last_weight, decay, mask_stride
        self.mask_loss = MODELS.build(mask_loss or {'type': 'LovaszSoftmax'})

    def forward(self, tracker: 'GraphTracker', found: Sequence[Sequence[tuple[Frame, Instances]]],
                clips: Sequence[TrackDataSample]) -> dict[str, Tensor]:
        """Unroll.

        Args:
            tracker: Whose `advance` makes the steps.
            found: N clips of T frames with their detections.
            clips: The same with their truth: `gt_instances` (bboxes, labels, masks, ids).

        Returns:
            `loss_score` where classes are learned, `loss_mask`, `loss_match`, `loss_init`.
        """
        slots, length, losses = None, len(found[0]), defaultdict(list)
        for t in range(length):
            frames, samples = [clip[t] for clip in found], [clip[t] for clip in clips]
            batch = gather_found(frames)
            step = tracker.advance(slots, batch)
            slots = step.slots
            if t == 0:
                owners = classes = torch.full_like(step.before, NOBODY, dtype=torch.int64)
            ids, labels = matched_objects(batch.bboxes, batch.real, samples, self.min_iou, tracker.num_classes)
            targets = pair_targets(owners, step.before, ids, batch.real)
            owners, classes = started(owners, step, ids), started(classes, step, labels)
            match, init = tracker.association.losses(step.verdict, targets)
            losses['loss_match'].append(match / (len(clips) * length))
            losses['loss_init'].append(init / (len(clips) * length))
            if tracker.scoring.learns:
                entropy = F.cross_entropy(slots.logits.transpose(1, 2), classes.clamp(min=0), reduction='none')
                weight = self.last_weight * self.decay ** (length - 1 - t)
                losses['loss_score'].append(weight * (entropy * slots.used).sum() / len(clips))
            masks = tracker.track_masks(batch, step)
            losses['loss_mask'].append(
                self._mask_loss(masks, tracker.background, owners, samples, frames[0][0].image.shape[-2:]) / length)
        return {name: self.weights[name.removeprefix('loss_')] * torch.stack(parts).sum()
                for name, parts in losses.items()}

    def _mask_loss(self, masks: Tensor, background: float, owners: Tensor, samples: Sequence[DetDataSample],
                   size: tuple[int, int]) -> Tensor:
        """Of masks (N, M, h, w), where a pixel is the first track's that has its object, else the background's."""
        truth = torch.stack([id_map(sample, size, masks.device, self.mask_stride) for sample in samples])
        masks = F.interpolate(masks, truth.shape[-2:], mode='bilinear', align_corners=False) if masks.shape[1] else \
            masks.new_zeros(len(masks), 0, *truth.shape[-2:])
        logits = torch.cat([torch.full_like(truth[:, None], background, dtype=masks.dtype), masks], dim=1)
        targets = torch.zeros_like(truth)
        # From the last track to the first, so that the first of several with one object has it.
        for number in reversed(range(owners.shape[1])):
            owner = owners[:, number, None, None]
            targets = torch.where((truth == owner) & (owner != NOBODY), number + 1, targets)
        return self.mask_loss(logits.flatten(2), targets.flatten(1), (truth != IGNORED).flatten(1))


def matched_objects(bboxes: Tensor, real: Tensor, samples: Sequence[DetDataSample], min_iou: float, num_classes: int
                    ) -> tuple[Tensor, Tensor]:
    """The object of each detection: the one it overlaps most, if by enough, and if no other detection does so more.

    Args:
        bboxes: (B, N, 4).
        real: (B, N) bool, which there are.
        samples: B frames with their truth.
        min_iou: An overlap must be above this.
        num_classes: K.

    Returns:
        Ids (B, N), `NOBODY` for none; labels (B, N), K for none.
    """
    ids = torch.full(real.shape, NOBODY, device=bboxes.device)
    labels = torch.full(real.shape, num_classes, device=bboxes.device)
    for row, sample in enumerate(samples):
        truth = sample.gt_instances
        if len(truth.ids) == 0 or real.shape[1] == 0:
            continue
        overlap = box_iou(bboxes[row], truth.bboxes).masked_fill(~real[row, :, None], -1)
        best, nearest = overlap.max(dim=1)
        mine = torch.where(torch.arange(len(truth.ids), device=best.device) == nearest[:, None], overlap, -1)
        primary = (mine.argmax(dim=0)[nearest] == torch.arange(len(best), device=best.device)) & (best > min_iou)
        ids[row] = torch.where(primary, truth.ids[nearest], NOBODY)
        labels[row] = torch.where(primary, truth.labels[nearest], num_classes)
    return ids, labels


def pair_targets(owners: Tensor, used: Tensor, ids: Tensor, real: Tensor) -> PairTargets:
    """Which pairs are right: those of one object, of whose tracks the first alone counts.

    Args:
        owners: (B, M), the object of the detection that started each track, `NOBODY` for none.
        used: (B, M) bool, which tracks there are.
        ids: (B, N), the object of each detection, likewise.
        real: (B, N) bool, which detections there are.
    """
    same = (owners[:, :, None] == owners[:, None]) & used[:, None]
    earlier = same.tril(diagonal=-1).any(2)
    pairs = (owners[:, :, None] == ids[:, None]) & (ids != NOBODY)[:, None] & used[:, :, None]
    return PairTargets(pairs & ~earlier[:, :, None], (ids != NOBODY) & ~pairs.any(1), used, real)


def started(known: Tensor, step: 'Step', told: Tensor) -> Tensor:
    """What is known of tracks (B, M), with those that start now told by their detections (B, N)."""
    known = grown(known, step.born.shape[1] - known.shape[1], NOBODY)
    return torch.where(step.born, pick(told, step.choice), known)
