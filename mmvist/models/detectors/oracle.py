"""The image oracle: every frame's detections are its ground truth (MaskTrack R-CNN, Table 1)."""

from collections.abc import Sequence

import torch
from mmdet.structures import TrackDataSample
from torch import Tensor

from mmvist.models.detectors.base import DetectorLoss, frames_in, objects_of
from mmvist.models.detectors.files import FileDetector
from mmvist.registry import MODELS


@MODELS.register_module()
class OracleDetector(FileDetector):
    """Answers with the ground truth, scores 1; another detector's backbone may still supply features to the embedder.

    Args:
        ann_file: Annotations of the videos it will see.
        features: Config of the detector whose `extract` gives the feature maps, or `None`.
        classes: Class names that labels index; `None` takes the file's own.
        format: Format of the annotations.
        seqmap: For formats with sequences, the file that lists those of the split.
        split: File that lists the videos of the split.
    """

    def __init__(self, ann_file: str, features: dict | None = None, classes: Sequence[str] | None = None,
                 format: str = 'ytvis', seqmap: str | None = None, split: str | None = None) -> None:
        super().__init__(ann_file, format, seqmap=seqmap, split=split, classes=classes, features=features)

    def loss(self, inputs: Tensor, clips: Sequence[TrackDataSample]) -> DetectorLoss:
        """Nothing of its own to train: what an embedder or a tracker trains on, as the clips have it.

        Args:
            inputs: (N, T, 3, H, W) network input.
            clips: N clips of T frames with `gt_instances` (bboxes, labels, ids) and `key`.

        Returns:
            No losses; the images themselves as the features `image`, beside `neck` where there is a backbone; the
            objects of a key frame are its regions.
        """
        features = {'image': (inputs.flatten(0, 1),)}
        if self.features is not None:
            features['neck'] = self.features.extract_clips(inputs)
        samples = list(frames_in(clips))
        objects = [objects_of(sample) for sample in samples]
        regions = [found.replace(ious=torch.ones_like(found.bboxes[:, 0])) if sample.key else None
                   for found, sample in zip(objects, samples, strict=True)]
        return DetectorLoss({}, features, regions, objects)
