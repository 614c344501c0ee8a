"""What detectors share."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from zlib import crc32

import torch
from mmdet.structures import DetDataSample, TrackDataSample
from mmengine.model import BaseModule
from torch import Tensor

from mmvist.structures.boxes import box_iou
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
        regions: For each of the N * T frames the sampled positives with bboxes, labels, ids of the matched objects,
            ious with them, and what else the detector knows of them, such as the objects' masks inside the boxes;
            `None` for a frame that is not key.
        objects: For each of the N * T frames its ground truth: bboxes, labels, ids. Ids are unique within a clip only.
    """

    losses: dict[str, Tensor | list[Tensor]]
    features: Mapping[str, tuple[Tensor, ...]]
    regions: list[Instances | None]
    objects: list[Instances]

    def key_regions(self, clips: Sequence[TrackDataSample]) -> tuple[Instances, Tensor]:
        """The regions of all key frames, one frame after another, and where they come from.

        Args:
            clips: The N clips.

        Returns:
            R regions, and (R, 2) int64: the number of each one's clip, and one for its video that is the same in every
            process.
        """
        numbers = [(number, crc32(repr(clip[0].video.id).encode())) for number, clip in enumerate(clips)
                   for _ in range(len(clip))]
        key = [(regions, number) for regions, number in zip(self.regions, numbers, strict=True) if regions is not None]
        regions = Instances.cat([part for part, _ in key])
        counts = torch.tensor([len(part) for part, _ in key])
        origins = torch.tensor([number for _, number in key]).repeat_interleave(counts, dim=0)
        return regions, origins.to(regions.labels.device)


def frames_in(clips: Sequence[TrackDataSample]) -> Iterator[DetDataSample]:
    """The frames of N clips of T frames, as they are numbered in a batch: frame t of clip n at n * T + t."""
    for clip in clips:
        yield from (clip[t] for t in range(len(clip)))


def objects_of(sample: DetDataSample) -> Instances:
    """The ground truth of a frame to train on: bboxes, labels, ids."""
    truth = sample.gt_instances
    return Instances(bboxes=truth.bboxes, labels=truth.labels, ids=truth.ids)


def matched_regions(bboxes: Tensor, matched: Tensor, objects: Instances) -> Instances:
    """Regions to train on: R boxes (R, 4), each matched with an object (R,)."""
    overlap = box_iou(bboxes, objects.bboxes)
    ious = overlap[torch.arange(len(bboxes), device=bboxes.device), matched] if len(bboxes) else bboxes.new_zeros(0)
    return Instances(bboxes=bboxes, labels=objects.labels[matched], ids=objects.ids[matched], ious=ious)
