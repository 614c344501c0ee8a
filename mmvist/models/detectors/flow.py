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

# The image before, and its number.
State = tuple[Tensor, int]


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

    def finish(self, state: State | None) -> list[tuple[Frame, Instances]]:
        """Nothing is held back."""
        return []

    def step(self, state: State | None, frames: Sequence[Frame], tracks: Instances | None
             ) -> tuple[State, list[tuple[Frame, Instances]]]:
        """Estimate the feature `flow`, (2, H, W) pixels of the original image, 0 in a video's first frame.

        The state is the last frame's image, without its padding, and its number; see `slots.Detector`.

        Raises:
            ValueError: A frame is left out, or has another size.
        """
        results = []
        for frame in frames:
            image = frame.image[:, :frame.height, :frame.width]
            # As large as the input, as all maps of a frame.
            flow = frame.image.new_zeros(2, *frame.image.shape[1:])
            if state is not None:
                before, index = state
                _check_follows(frame, before, index)
                found = self.flow(image, before, frame)
                flow[:, :frame.height, :frame.width] = found / found.new_tensor(frame.scale).view(2, 1, 1)
            nothing = Instances(bboxes=image.new_zeros(0, 4), scores=image.new_zeros(0),
                                labels=image.new_zeros(0, dtype=torch.int64))
            results.append((replace(frame, features={'flow': (flow,)}), nothing))
            # Not a part of a whole chunk's images.
            state = image.clone(), frame.index
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
        if not hasattr(self.flow, 'loss'):
            raise ValueError(f'FlowDetector: {type(self.flow).__name__} learns nothing; it can be tested alone')
        if inputs.shape[1] != 2:
            raise ValueError(f'FlowDetector: clips must have two successive frames, got {inputs.shape[1]}; use '
                             'ContiguousClip with length 2')
        size = tuple(inputs.shape[-2:])
        backward = torch.stack([_padded(clip[1], 'gt_flow', size) for clip in clips]).to(inputs.device)
        forward = torch.stack([_padded(clip[0], 'gt_flow_ahead', size) for clip in clips]).to(inputs.device)
        objects = [_objects(sample) for sample in frames_in(clips)]
        return DetectorLoss(self.flow.loss(inputs, backward, forward), {}, [None] * len(objects), objects)


def _check_follows(frame: Frame, before: Tensor, index: int) -> None:
    if frame.index != index + 1:
        raise ValueError(f'FlowDetector: frame {frame.index} of video {frame.video.name} comes after frame {index}; '
                         'flow is from a frame to the one just before it')
    if before.shape[1:] != (frame.height, frame.width):
        raise ValueError(f'FlowDetector: frame {frame.index} of video {frame.video.name} is '
                         f'{frame.height}x{frame.width} (HxW), the one before was {before.shape[1]}x{before.shape[2]}')


def _objects(sample: DetDataSample) -> Instances:
    """The ground truth of a frame, where there is any."""
    if 'gt_instances' in sample:
        return objects_of(sample)
    none = torch.zeros(0, dtype=torch.int64)
    return Instances(bboxes=torch.zeros(0, 4), labels=none, ids=none)


def _padded(sample: DetDataSample, name: str, size: tuple[int, int]) -> Tensor:
    """True flow (3, H, W), of which nothing is known outside of the image."""
    if name not in sample:
        raise ValueError(f'FlowDetector: frame {sample.frame} of video {sample.video.name} comes without {name}; the '
                         'pipeline must have LoadFlow')
    flow = getattr(sample, name)
    padded = flow.new_zeros(3, *size)
    padded[:, :flow.shape[1], :flow.shape[2]] = flow
    return padded
