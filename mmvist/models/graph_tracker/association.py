"""Which detection a track takes, and which detections start one (RGNNVIS, Johnander et al. 2021, 3.1)."""

from typing import NamedTuple

import torch
import torch.nn.functional as F
from torch import Tensor, nn

from mmvist.models.graph_tracker.batch import FoundBatch
from mmvist.models.graph_tracker.graph import Reading
from mmvist.models.graph_tracker.rows import best_of
from mmvist.models.graph_tracker.slots import Slots
from mmvist.registry import MODELS


class Verdict(NamedTuple):
    """How tracks and detections belong together.

    Attributes:
        match: (B, M, N), how much speaks for a pair.
        init: (B, N), how much speaks for a birth.
        choice: (B, M), the detection of each track, -1 for none.
        births: (B, N) bool, detections that start a track if there is room.
    """

    match: Tensor
    init: Tensor
    choice: Tensor
    births: Tensor


class PairTargets(NamedTuple):
    """What is right.

    Attributes:
        match: (B, M, N) bool, pairs of one object.
        init: (B, N) bool, detections of objects that no track has.
        tracks: (B, M) bool, which tracks there are.
        detections: (B, N) bool, which detections there are.
    """

    match: Tensor
    init: Tensor
    tracks: Tensor
    detections: Tensor


@MODELS.register_module()
class EdgeAssociation(nn.Module):
    """Logits of the graph's edges against a threshold; two tracks may take one detection.

    Args:
        match_threshold: Least logit of a match.
        init_threshold: Logit above which a detection starts a track, whatever it matches.
        train_init_threshold: Likewise in training.

    Attributes:
        needs_appearance: The one type of appearance model that it works with; `None` for any.
    """

    needs_appearance = None

    def __init__(self, match_threshold: float = -2.0, init_threshold: float = -2.0, train_init_threshold: float = -2.0
                 ) -> None:
        super().__init__()
        self.match_threshold, self.init_threshold = match_threshold, init_threshold
        self.train_init_threshold = train_init_threshold

    def forward(self, reading: Reading, appearance: nn.Module, slots: Slots, found: FoundBatch, ious: Tensor
                ) -> Verdict:
        """Decide.

        Args:
            reading: What the graph says.
            appearance: The appearance model.
            slots: Tracks.
            found: Detections.
            ious: (B, M, N), overlap of boxes.
        """
        best = best_of(reading.match.detach(), found.real)
        logit = reading.match.detach().gather(2, best.clamp(min=0)[..., None])[..., 0] if reading.match.shape[2] else \
            reading.match.new_zeros(best.shape)
        choice = torch.where((logit >= self.match_threshold) & slots.used, best, -1)
        threshold = self.train_init_threshold if self.training else self.init_threshold
        return Verdict(reading.match, reading.init, choice, (reading.init.detach() > threshold) & found.real)

    def losses(self, verdict: Verdict, targets: PairTargets) -> tuple[Tensor, Tensor]:
        """Sums of cross-entropies over pairs, and over detections.

        They are not divided by the number of pairs, lest false detections make others count less (3.5).
        """
        pairs = targets.tracks[:, :, None] & targets.detections[:, None]
        return (_bce(verdict.match, targets.match, pairs), _bce(verdict.init, targets.init, targets.detections))


@MODELS.register_module()
class MaskTrackAssociation(nn.Module):
    """MaskTrack R-CNN's rule: every detection goes to the track that most speaks for, or to none, and starts one.

    In testing, score, overlap and class are added to what the appearance says (its Eq. 3; as the authors' code of
    RGNNVIS, which does not take the score's logarithm).

    Args:
        score: Weight of the detection's score.
        iou: Weight of the overlap.
        same_class: Weight of having one class, which a new track always has.
    """

    needs_appearance = 'LatestAppearance'

    def __init__(self, score: float = 1.0, iou: float = 2.0, same_class: float = 10.0) -> None:
        super().__init__()
        self.score, self.iou, self.same_class = score, iou, same_class

    def forward(self, reading: Reading, appearance: nn.Module, slots: Slots, found: FoundBatch, ious: Tensor
                ) -> Verdict:
        """Decide; see `EdgeAssociation.forward`."""
        learned = appearance.log_chances(slots.appearance, slots.used, found)
        weighed = learned.detach()
        if not self.training:
            labels = slots.logits[..., :-1].argmax(2)
            same = labels[:, :, None] == found.logits[..., :-1].argmax(2)[:, None]
            weighed = weighed + self.score * found.scores[:, None] + F.pad(
                self.iou * ious + self.same_class * same, (0, 0, 1, 0))
            weighed[:, 0] += self.same_class
        column = weighed.argmax(1)
        # A track that several detections want takes the one that it suits best.
        wanted = column[:, None] == torch.arange(1, weighed.shape[1], device=column.device)[:, None]
        wanted = wanted & found.real[:, None]
        best = best_of(weighed[:, 1:].masked_fill(~wanted, -1e9), found.real)
        choice = torch.where(wanted.any(2), best, -1)
        return Verdict(learned[:, 1:], learned[:, 0], choice, (column == 0) & found.real)

    def losses(self, verdict: Verdict, targets: PairTargets) -> tuple[Tensor, Tensor]:
        """Sums of negative log-likelihoods of the right column, over detections with a track and over those without."""
        return (-verdict.match.masked_fill(~targets.match, 0).sum(), -verdict.init.masked_fill(~targets.init, 0).sum())


def _bce(logits: Tensor, targets: Tensor, counted: Tensor) -> Tensor:
    return F.binary_cross_entropy_with_logits(logits, targets.to(logits.dtype), counted.to(logits.dtype),
                                              reduction='sum')
