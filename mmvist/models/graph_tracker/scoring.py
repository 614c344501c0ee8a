"""Which class a track has, and how sure that is (RGNNVIS, Johnander et al. 2021, 3.2)."""

from typing import Any, NamedTuple

import torch
from torch import Tensor, nn

from mmvist.models.graph_tracker.batch import FoundBatch
from mmvist.models.graph_tracker.rows import grown, pick
from mmvist.models.layers.mlp import linear
from mmvist.registry import MODELS


class Scoring(nn.Module):
    """What is known of the tracks' classes; its state is a tuple of tensors with a row a slot, or `None`.

    Attributes:
        learns: Whether the class loss trains it.
    """

    learns = False

    def start(self, found: FoundBatch) -> Any:
        """State before the first frame, without slots."""

    def grow(self, evidence: Any, count: int) -> Any:
        """State with so many more slots."""
        return None if evidence is None else type(evidence)(*(grown(part, count) for part in evidence))

    def forward(self, evidence: Any, embeds: Tensor, found: FoundBatch, choice: Tensor, born: Tensor
                ) -> tuple[Any, Tensor]:
        """Score tracks.

        Args:
            evidence: State.
            embeds: (B, M, D).
            found: Detections.
            choice: (B, M), the detection of each slot, -1 for none.
            born: (B, M) bool, slots whose track starts; what another track left there is forgotten.

        Returns:
            The next state, and class logits (B, M, K + 1), of the background last.
        """
        raise NotImplementedError


@MODELS.register_module()
class LearnedScoring(Scoring):
    """The track's embedding tells; so certainty may fall as well as rise.

    Args:
        channels: D, of the embeddings.
        num_classes: K.
    """

    learns = True

    def __init__(self, channels: int, num_classes: int) -> None:
        super().__init__()
        self.classify = linear(channels, num_classes + 1)

    def forward(self, evidence: None, embeds: Tensor, found: FoundBatch, choice: Tensor, born: Tensor
                ) -> tuple[None, Tensor]:
        """See `Scoring.forward`."""
        return evidence, self.classify(embeds)


class Votes(NamedTuple):
    """What the detections of tracks said.

    Attributes:
        classes: (B, M, K), how many were of each class.
        scores: (B, M, 1), sum of their scores.
    """

    classes: Tensor
    scores: Tensor


@MODELS.register_module()
class VoteScoring(Scoring):
    """The class most detections had, and the mean of their scores (row "Scoring from MaskTrack").

    Args:
        channels: Not used.
        num_classes: K.
    """

    def __init__(self, channels: int, num_classes: int) -> None:
        super().__init__()
        self.num_classes = num_classes

    def start(self, found: FoundBatch) -> Votes:
        """See `Scoring.start`."""
        return Votes(found.logits.new_zeros(len(found.logits), 0, self.num_classes),
                     found.logits.new_zeros(len(found.logits), 0, 1))

    def forward(self, evidence: Votes, embeds: Tensor, found: FoundBatch, choice: Tensor, born: Tensor
                ) -> tuple[Votes, Tensor]:
        """See `Scoring.forward`."""
        chances = found.logits.softmax(-1)[..., :-1]
        # Without rows there is no largest one.
        best = torch.zeros_like(chances) if chances.shape[1] == 0 else \
            torch.zeros_like(chances).scatter(2, chances.argmax(2, keepdim=True), 1)
        before = Votes(*(part.masked_fill(born[..., None], 0) for part in evidence))
        votes = Votes(before.classes + pick(best, choice),
                      before.scores + pick(chances.amax(2, keepdim=True), choice))
        score = votes.scores / votes.classes.sum(2, keepdim=True).clamp(min=1)
        chosen = torch.zeros_like(votes.classes).scatter(2, votes.classes.argmax(2, keepdim=True), 1)
        return votes, torch.cat([chosen * score, 1 - score], dim=2).clamp(min=1e-9).log()


class Average(NamedTuple):
    """Class logits of tracks.

    Attributes:
        logits: (B, M, K + 1).
        counts: (B, M, 1), detections so far.
    """

    logits: Tensor
    counts: Tensor


@MODELS.register_module()
class AverageScoring(Scoring):
    """A running average of the detections' class logits (row "Scoring via yolact average").

    Args:
        channels: Not used.
        num_classes: K.
        momentum: What stays of the average at each detection, 0.9 in the authors' code; `None` is the plain mean of the
            text.
    """

    def __init__(self, channels: int, num_classes: int, momentum: float | None = None) -> None:
        super().__init__()
        self.momentum = momentum

    def start(self, found: FoundBatch) -> Average:
        """See `Scoring.start`."""
        batch, _, classes = found.logits.shape
        return Average(found.logits.new_zeros(batch, 0, classes), found.logits.new_zeros(batch, 0, 1))

    def forward(self, evidence: Average, embeds: Tensor, found: FoundBatch, choice: Tensor, born: Tensor
                ) -> tuple[Average, Tensor]:
        """See `Scoring.forward`."""
        seen = (choice >= 0)[..., None]
        before = Average(*(part.masked_fill(born[..., None], 0) for part in evidence))
        counts = before.counts + seen
        rate = 1 / counts.clamp(min=1)
        if self.momentum is not None:
            rate = torch.where(counts == 1, 1.0, 1 - self.momentum)
        logits = before.logits + rate * seen * (pick(found.logits, choice) - before.logits)
        return Average(logits, counts), logits
