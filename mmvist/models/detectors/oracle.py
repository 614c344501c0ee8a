"""The image oracle: every frame's detections are its ground truth (MaskTrack R-CNN, Table 1)."""

from collections.abc import Sequence
from dataclasses import replace
from typing import Any

import numpy as np
import torch
from torch import Tensor

from mmvist.io.truth import GroundTruth
from mmvist.models.detectors.base import FrameDetector
from mmvist.registry import MODELS
from mmvist.structures import VideoTracks
from mmvist.structures.frames import Frame
from mmvist.structures.instances import Instances
from mmvist.structures.masks import RLEMasks


@MODELS.register_module()
class OracleDetector(FrameDetector):
    """Answers with the ground truth, scores 1; another detector's backbone may still supply features to the embedder.

    Checkpoints of a model with that detector load unchanged.

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
        super().__init__()
        self.truth = GroundTruth(ann_file, classes, format, seqmap, split)
        self.features = None if features is None else MODELS.build(features)
        self.register_load_state_dict_pre_hook(_move_under_features)

    def step(self, state: None, frames: Sequence[Frame], tracks: Instances | None
             ) -> tuple[None, list[tuple[Frame, Instances]]]:
        """Look up consecutive frames of one video; see `slots.Detector`.

        Raises:
            ValueError: A frame is not in the annotations.
        """
        levels = () if self.features is None else self.features.extract(torch.stack([f.image for f in frames]))
        return state, [(replace(frame, features={'neck': tuple(level[index] for level in levels)}),
                        _detections(self.truth.objects(frame.video, frame.index), frame))
                       for index, frame in enumerate(frames)]


def _detections(objects: VideoTracks, frame: Frame) -> Instances:
    device = frame.image.device

    def tensor(values: np.ndarray) -> Tensor:
        return torch.from_numpy(values).to(device)

    scale = torch.tensor([*frame.scale, *frame.scale], device=device)
    return Instances(bboxes=tensor(objects.bboxes) * scale, scores=torch.ones(len(objects), device=device),
                     labels=tensor(objects.labels),
                     masks=RLEMasks(objects.masks, objects.video.height, objects.video.width))


def _move_under_features(module: OracleDetector, state_dict: dict, prefix: str, *_: Any) -> None:
    for key in [key for key in state_dict if key.startswith(prefix) and not key.startswith(f'{prefix}features.')]:
        state_dict[f'{prefix}features.{key[len(prefix):]}'] = state_dict.pop(key)
