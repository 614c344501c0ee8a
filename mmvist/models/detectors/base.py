"""What detectors share."""

from collections.abc import Mapping
from dataclasses import dataclass

from mmdet.structures import DetDataSample
from mmengine.model import BaseModule
from torch import Tensor

from mmvist.structures.frames import Frame
from mmvist.structures.instances import Instances


class FrameDetector(BaseModule):
    """A detector that sees one frame at a time: it keeps no state and looks neither back nor ahead."""

    max_chunk = None

    def init(self) -> None:
        """There is no state."""

    def finish(self, state: None) -> list[tuple[Frame, Instances]]:
        """Nothing is held back."""
        return []


@dataclass(frozen=True, eq=False)
class DetectorLoss:
    """Losses of a batch of clips, and what the embedder and the tracker train on.

    Attributes:
        losses: Name -> scalar, or list of scalars to be added.
        features: Feature maps (N * T, C, h, w) by name, as in `Frame.features`; frame t of clip n at n * T + t.
        regions: For each of the N * T frames the sampled positives with bboxes, labels, ids of the matched objects and
            ious with them, and what else the detector knows of them; `None` for a frame that is not key.
        objects: For each of the N * T frames its ground truth: bboxes, labels, ids. Ids are unique within a clip only.
    """

    losses: dict[str, Tensor | list[Tensor]]
    features: Mapping[str, tuple[Tensor, ...]]
    regions: list[Instances | None]
    objects: list[Instances]


def objects_of(sample: DetDataSample) -> Instances:
    """The ground truth of a frame to train on: bboxes, labels, ids."""
    truth = sample.gt_instances
    return Instances(bboxes=truth.bboxes, labels=truth.labels, ids=truth.ids)
