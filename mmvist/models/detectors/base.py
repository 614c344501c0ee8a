"""What every detector slot answers with in training."""

from dataclasses import dataclass

from torch import Tensor

from mmvist.structures.instances import Instances


@dataclass(frozen=True, eq=False)
class DetectorLoss:
    """Losses of a batch of clips, and what the embedder and the tracker train on.

    Attributes:
        losses: Name -> scalar, or list of scalars to be added.
        features: Feature maps (N * T, C, h, w) from fine to coarse, frame t of clip n at n * T + t.
        regions: For each of the N * T frames the sampled positives with bboxes, labels, ids of the matched objects and
            ious with them; `None` for a frame that is not key.
        objects: For each of the N * T frames its ground truth: bboxes, labels, ids.
    """

    losses: dict[str, Tensor | list[Tensor]]
    features: tuple[Tensor, ...]
    regions: list[Instances | None]
    objects: list[Instances]
