"""Flow by itself: a detector that finds nothing but how pixels move, to train and to score what estimates it."""

from collections.abc import Sequence
from dataclasses import replace

import torch
from mmdet.structures import DetDataSample, TrackDataSample
from mmengine.model import BaseModule
from torch import Tensor

from mmvist.models.detectors.base import DetectorLoss, frames_in, objects_of
from mmvist.registry import MODELS
from mmvist.structures.frames import Frame
from mmvist.structures.instances import Instances


@MODELS.register_module()
class FlowDetector(BaseModule):
    """Tells of every frame the `flow` to the frame before it, and finds no object.

    So flow is trained, tested, scored by `FlowMetric` and drawn as everything else is.

    Args:
        flow: Config of what estimates it; see `mmvist.models.flow`.
    """

    max_chunk = None

    def __init__(self, flow: dict) -> None:
        super().__init__()
        self.flow = MODELS.build(flow)

    def init(self) -> None:
        """No frame was seen."""

    def finish(self, state: Tensor | None) -> list[tuple[Frame, Instances]]:
        """Nothing is held back."""
        return []

    def step(self, state: Tensor | None, frames: Sequence[Frame], tracks: Instances | None
             ) -> tuple[Tensor, list[tuple[Frame, Instances]]]:
        """Estimate the feature `flow`, (2, H, W) pixels of the original image, 0 in a video's first frame.

        The state is the last frame's image, without its padding; see `slots.Detector`.
        """
        results = []
        for frame in frames:
            image = frame.image[:, :frame.height, :frame.width]
            flow = image.new_zeros(2, *image.shape[1:]) if state is None else self.flow(image, state, frame)
            flow = flow / flow.new_tensor(frame.scale).view(2, 1, 1)
            nothing = Instances(bboxes=image.new_zeros(0, 4), scores=image.new_zeros(0),
                                labels=image.new_zeros(0, dtype=torch.int64))
            results.append((replace(frame, features={'flow': (flow,)}), nothing))
            # Not a part of a whole chunk's images.
            state = image.clone()
        return state, results

    def loss(self, inputs: Tensor, clips: Sequence[TrackDataSample]) -> DetectorLoss:
        """Train on pairs of successive frames, in both directions.

        Args:
            inputs: (N, 2, 3, H, W) network input.
            clips: N clips of the two frames; the second has `gt_flow`, the first `gt_flow_ahead`, as `LoadFlow` loads
                them.

        Returns:
            The losses; there are no regions.
        """
        if inputs.shape[1] != 2:
            raise ValueError(f'FlowDetector: clips must have two successive frames, got {inputs.shape[1]}; use '
                             'ContiguousClip with length 2')
        size = tuple(inputs.shape[-2:])
        backward = torch.stack([_padded(clip[1], 'gt_flow', size) for clip in clips]).to(inputs.device)
        forward = torch.stack([_padded(clip[0], 'gt_flow_ahead', size) for clip in clips]).to(inputs.device)
        objects = [objects_of(sample) for sample in frames_in(clips)]
        return DetectorLoss(self.flow.loss(inputs, backward, forward), {}, [None] * len(objects), objects)


def _padded(sample: DetDataSample, name: str, size: tuple[int, int]) -> Tensor:
    """True flow (3, H, W), of which nothing is known outside of the image."""
    if name not in sample:
        raise ValueError(f'FlowDetector: frame {sample.frame} of video {sample.video.name} comes without {name}; the '
                         'pipeline must have LoadFlow')
    flow = getattr(sample, name)
    padded = flow.new_zeros(3, *size)
    padded[:, :flow.shape[1], :flow.shape[2]] = flow
    return padded
