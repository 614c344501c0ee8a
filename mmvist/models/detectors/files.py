"""Detections from files in the detector slot."""

from collections.abc import Sequence
from dataclasses import replace
from functools import partial

import torch

from mmvist.io.detections import open_detections
from mmvist.models.detectors.base import FrameDetector
from mmvist.models.key_maps import move_under
from mmvist.registry import MODELS
from mmvist.structures.detection_columns import DetectionColumns
from mmvist.structures.frames import Frame
from mmvist.structures.instances import Instances


@MODELS.register_module()
class FileDetector(FrameDetector):
    """Answers with stored detections, so that whatever found them can be tracked without a network.

    Videos are found by their ids, else by their names. Boxes are brought to the network's input, masks stay pixels of
    the original image; see `DetectionColumns` for boxes without masks. Another detector's backbone may still supply
    features to the embedder; checkpoints of a model with that detector load unchanged.

    Args:
        file: A detections file (`mmvist.io.detections`), or results or annotations of any format, whose ids are left
            aside; ignore regions are no detections.
        format: Its format; by default told by its looks, else that of the annotations. See `open_detections`.
        ann_file: Annotations of the videos, which results in other formats than ours need.
        ann_format: Their format.
        seqmap: For formats with sequences, the file that lists those of the split.
        split: File that lists the videos of the split.
        classes: Class names that labels index, detections of others are dropped; `None` takes those of the annotations,
            else the file's own.
        min_score: Detections that score less are dropped.
        features: Config of the detector whose `extract` gives the feature maps, or `None`.

    Attributes:
        preprocessor: Config of the preprocessor that prepares frames as the features' detector was trained, if any.

    Raises:
        FileNotFoundError: There is no such file.
        ValueError: A file is broken, or there is no such format or class.
    """

    def __init__(self, file: str, format: str | None = None, ann_file: str | None = None, ann_format: str = 'ytvis',
                 seqmap: str | None = None, split: str | None = None, classes: Sequence[str] | None = None,
                 min_score: float = 0.0, features: dict | None = None) -> None:
        super().__init__()
        self.stored = open_detections(file, format, classes, ann_file, ann_format, seqmap, split)
        self.min_score = min_score
        self.features = None if features is None else MODELS.build(features)
        self.preprocessor = getattr(self.features, 'preprocessor', None)
        if self.features is not None:
            self.register_load_state_dict_pre_hook(partial(move_under, 'features'))
        # What was looked up last: frames of a video come together.
        self._latest: tuple[tuple, DetectionColumns] | None = None

    def step(self, state: None, frames: Sequence[Frame], tracks: Instances | None
             ) -> tuple[None, list[tuple[Frame, Instances]]]:
        """Look up consecutive frames of one video; see `slots.Detector`.

        Raises:
            ValueError: The video or the frame is not in the file.
        """
        levels = () if self.features is None else self.features.extract(torch.stack([f.image for f in frames]))
        return state, [(replace(frame, features={'neck': tuple(level[index] for level in levels)}),
                        self._look_up(frame)) for index, frame in enumerate(frames)]

    def _look_up(self, frame: Frame) -> Instances:
        key = (frame.video, frame.scale, frame.image.device)
        if self._latest is None or self._latest[0] != key:
            found = self.stored.of(frame.video).with_min_score(self.min_score)
            self._latest = key, DetectionColumns(found, frame.scale, frame.image.device)
        columns = self._latest[1]
        if frame.index >= columns.video.length:
            raise ValueError(f'{self.stored.source}: frame {frame.index} of video {frame.video.id!r} '
                             f'({frame.video.name}) is not there; it has {columns.video.length} frames')
        return columns.at(frame.index)
