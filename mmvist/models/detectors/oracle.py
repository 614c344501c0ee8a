"""The image oracle: every frame's detections are its ground truth (MaskTrack R-CNN, Table 1)."""

from collections.abc import Sequence
from dataclasses import replace
from typing import Any

import numpy as np
import torch
from torch import Tensor

from mmvist.io import formats
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
        seqmap: For MOTS, the file that lists the split's sequences.
    """

    def __init__(self, ann_file: str, features: dict | None = None, classes: Sequence[str] | None = None,
                 format: str = 'ytvis', seqmap: str | None = None) -> None:
        super().__init__()
        truth = formats.read(ann_file, format, seqmap)
        truth = truth if classes is None else truth.with_classes(classes)
        self.ann_file = ann_file
        self.truth = {tracks.video.id: tracks for tracks in truth.videos}
        self.features = None if features is None else MODELS.build(features)
        self.register_load_state_dict_pre_hook(_move_under_features)

    def step(self, state: None, frames: Sequence[Frame], tracks: Instances | None
             ) -> tuple[None, list[tuple[Frame, Instances]]]:
        """Look up consecutive frames of one video; see `slots.Detector`.

        Raises:
            ValueError: The video is not in the annotation file.
        """
        if frames[0].video.id not in self.truth:
            raise ValueError(f'OracleDetector: video {frames[0].video.id} is not in {self.ann_file}')
        truth = self.truth[frames[0].video.id]
        levels = () if self.features is None else self.features.extract(torch.stack([f.image for f in frames]))
        return state, [(replace(frame, features={'neck': tuple(level[index] for level in levels)}),
                        _detections(truth, frame)) for index, frame in enumerate(frames)]


def _detections(truth: VideoTracks, frame: Frame) -> Instances:
    rows = truth.rows_at(frame.index)
    real = truth.select(np.arange(rows.start, rows.stop)[~truth.ignore[rows]])
    device = frame.image.device

    def tensor(values: np.ndarray) -> Tensor:
        return torch.from_numpy(values).to(device)

    scale = torch.tensor([*frame.scale, *frame.scale], device=device)
    return Instances(bboxes=tensor(real.bboxes) * scale, scores=torch.ones(len(real), device=device),
                     labels=tensor(real.labels), masks=RLEMasks(real.masks, truth.video.height, truth.video.width))


def _move_under_features(module: OracleDetector, state_dict: dict, prefix: str, *_: Any) -> None:
    for key in [key for key in state_dict if key.startswith(prefix) and not key.startswith(f'{prefix}features.')]:
        state_dict[f'{prefix}features.{key[len(prefix):]}'] = state_dict.pop(key)
