"""Mask R-CNN that looks at the frames before and after: the detector of TrackR-CNN."""

from collections.abc import Sequence
from dataclasses import dataclass, replace

import torch
from torch import Tensor

from mmvist.models.detectors.mask_rcnn import MaskRCNNDetector
from mmvist.registry import MODELS
from mmvist.structures.frames import Frame
from mmvist.structures.instances import Instances


@dataclass(frozen=True, eq=False)
class TemporalState:
    """What lives between two steps; a few frames, however long the video.

    Attributes:
        waiting: Frames that are not ready: the temporal model needs those that follow.
        temporal: State of the temporal model; `None` before the first frame.
    """

    waiting: tuple[Frame, ...] = ()
    temporal: tuple[Tensor, ...] | None = None


@MODELS.register_module()
class TemporalMaskRCNNDetector(MaskRCNNDetector):
    """Mask R-CNN on one feature map that a temporal model mixes over time (Voigtlaender et al. 2019).

    It looks ahead, and answers as if it had seen the whole video at once. A clip to train on is taken for a whole one.

    Args:
        backbone: Config of the backbone; it gives one feature map.
        temporal_model: Config of the temporal model, as `SymmetricTemporalModel`.
        rpn_head: See `MaskRCNNDetector`.
        roi_head: See `MaskRCNNDetector`.
        train_cfg: See `MaskRCNNDetector`.
        test_cfg: See `MaskRCNNDetector`.
        init_cfg: Initial weights.
    """

    def __init__(self, backbone: dict, temporal_model: dict, rpn_head: dict, roi_head: dict, train_cfg: dict,
                 test_cfg: dict, init_cfg: dict | None = None) -> None:
        super().__init__(backbone, None, rpn_head, roi_head, train_cfg, test_cfg, init_cfg)
        self.temporal_model = MODELS.build(temporal_model)

    def extract(self, images: Tensor) -> tuple[Tensor]:
        """The backbone's map (B, C, h, w) of images (B, 3, H, W), before any mixing."""
        levels = super().extract(images)
        if len(levels) != 1:
            raise ValueError('TemporalMaskRCNNDetector: the temporal model takes one feature map, the backbone gives '
                             f'{len(levels)}; name one in its out_indices')
        return levels

    def extract_clips(self, inputs: Tensor) -> tuple[Tensor]:
        """The mixed map (N * T, C, h, w) of N clips (N, T, 3, H, W)."""
        maps, = super().extract_clips(inputs)
        return (self.temporal_model(maps.unflatten(0, inputs.shape[:2])).flatten(0, 1),)

    def init(self) -> TemporalState:
        """No frame waits."""
        return TemporalState()

    def step(self, state: TemporalState, frames: Sequence[Frame], tracks: Instances | None
             ) -> tuple[TemporalState, list[tuple[Frame, Instances]]]:
        """Find bboxes, scores, labels, masks and region features in the frames that are ready; see `slots.Detector`."""
        maps, = self.extract(torch.stack([frame.image for frame in frames]))
        temporal, ready = self.temporal_model.step(state.temporal, maps)
        known = (*state.waiting, *frames)
        count = len(ready)
        # A view would keep the images of all that came with it.
        waiting = tuple(replace(frame, image=frame.image.clone()) for frame in known[count:])
        return TemporalState(waiting, temporal), self.detect(known[:count], (ready,)) if count else []

    def finish(self, state: TemporalState) -> list[tuple[Frame, Instances]]:
        """The frames that still wait: nothing follows them."""
        return self.detect(state.waiting, (self.temporal_model.finish(state.temporal),)) if state.waiting else []
