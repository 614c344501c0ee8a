"""Kalman filters of constant velocity, for all tracks at once.

DeepSORT's and SORT's filters follow four numbers of a box and the change of each. Their transition couples a number
with its own change alone, and their noise couples nothing, so the 8x8 covariance is four 2x2 blocks for ever: four
small filters a track, without a matrix to invert. A block is (variance, covariance, variance of the change).
"""

from abc import ABC, abstractmethod
from typing import Any

import torch
from torch import Tensor

from mmvist.registry import MODELS
from mmvist.structures.boxes import centre_aspect_height
from mmvist.structures.frames import Frame
from mmvist.structures.instances import Instances


def advance(motion: Tensor, spread: Tensor, noise: Tensor) -> tuple[Tensor, Tensor]:
    """One frame ahead.

    Args:
        motion: (..., 2) value and change a frame.
        spread: (..., 3) variance, covariance, variance of the change.
        noise: (..., 2) variance that the frame adds to value and change.
    """
    (value, change), (variance, covariance, of_change) = motion.unbind(-1), spread.unbind(-1)
    return (torch.stack([value + change, change], dim=-1),
            torch.stack([variance + 2 * covariance + of_change + noise[..., 0], covariance + of_change,
                         of_change + noise[..., 1]], dim=-1))


def correct(motion: Tensor, spread: Tensor, measured: Tensor, noise: Tensor) -> tuple[Tensor, Tensor]:
    """After a measurement (...,) with this variance (...,); the rest as in `advance`."""
    (value, change), (variance, covariance, of_change) = motion.unbind(-1), spread.unbind(-1)
    total = variance + noise
    gain, gain_of_change = variance / total, covariance / total
    surprise = measured - value
    return (torch.stack([value + gain * surprise, change + gain_of_change * surprise], dim=-1),
            torch.stack([variance - gain * variance, covariance - gain * covariance,
                         of_change - gain_of_change * covariance], dim=-1))


class BoxFilter(ABC):
    """What the filters share: their columns, and a frame's steps."""

    needs_image = False

    def init(self) -> int | None:
        """No frame yet."""
        return None

    def predict(self, state: int | None, tracks: Instances, frame: Frame) -> tuple[int, Instances]:
        """Tracks with `bboxes` where the filter expects them; the state is the index of the last frame."""
        motion, spread = tracks.motion, tracks.spread
        for _ in range(0 if state is None else frame.index - state):
            motion, spread = self._advance(motion, spread, tracks.gaps)
        bboxes = self._boxes(motion[..., 0]).to(tracks.bboxes)
        return frame.index, tracks.replace(bboxes=bboxes, motion=motion, spread=spread)

    def start(self, detections: Instances, frame: Frame) -> dict[str, Any]:
        """`motion` and `spread` of tracks at rest."""
        measured = self._measure(detections.bboxes)
        motion = torch.stack([measured, torch.zeros_like(measured)], dim=-1)
        return {'motion': motion, 'spread': self._first_spread(measured)}

    def correct(self, tracks: Instances, detections: Instances, frame: Frame) -> dict[str, Any]:
        """`motion` and `spread` after the detections."""
        motion, spread = correct(tracks.motion, tracks.spread, self._measure(detections.bboxes),
                                 self._measurement_noise(tracks.motion[..., 0]))
        return {'motion': motion, 'spread': spread}

    def _advance(self, motion: Tensor, spread: Tensor, gaps: Tensor) -> tuple[Tensor, Tensor]:
        """One frame ahead, for tracks with these gaps (N,)."""
        return advance(motion, spread, self._process_noise(motion[..., 0]))

    @abstractmethod
    def _measure(self, bboxes: Tensor) -> Tensor:
        """The four numbers (N, 4) float64 of boxes (N, 4) xyxy."""

    @abstractmethod
    def _boxes(self, values: Tensor) -> Tensor:
        """The boxes (N, 4) xyxy of the four numbers (N, 4)."""

    @abstractmethod
    def _first_spread(self, measured: Tensor) -> Tensor:
        """Uncertainty (N, 4, 3) of a track of one detection."""

    @abstractmethod
    def _process_noise(self, values: Tensor) -> Tensor:
        """Variances (N, 4, 2) that a frame adds."""

    @abstractmethod
    def _measurement_noise(self, values: Tensor) -> Tensor:
        """Variances (N, 4) of a detection."""


@MODELS.register_module()
class KalmanFilter(BoxFilter):
    """DeepSORT's filter of centre, aspect ratio and height (Wojke et al. 2017, section 2.1).

    Standard deviations are shares of the height, those of the aspect ratio fixed, as in the authors' code.

    Args:
        position_weight: Of the centre and the height, as a share of the height.
        velocity_weight: Of their change a frame.
        hold_lost_height: Tracks without a detection in the last frame keep their height, as ByteTrack has it.
    """

    def __init__(self, position_weight: float = 1 / 20, velocity_weight: float = 1 / 160,
                 hold_lost_height: bool = False) -> None:
        self.position_weight, self.velocity_weight = position_weight, velocity_weight
        self.hold_lost_height = hold_lost_height

    def predict(self, state: int | None, tracks: Instances, frame: Frame) -> tuple[int, Instances]:
        """Tracks with `bboxes` where the filter expects them, and what it expects to measure, for this frame alone."""
        state, tracks = super().predict(state, tracks, frame)
        values = tracks.motion[..., 0]
        variances = tracks.spread[..., 0] + self._measurement_noise(values)
        return state, tracks.replace(expected=torch.stack([values, variances], dim=-1))

    def _advance(self, motion: Tensor, spread: Tensor, gaps: Tensor) -> tuple[Tensor, Tensor]:
        if self.hold_lost_height:
            held = motion.clone()
            held[:, 3, 1] = held[:, 3, 1].where(gaps == 1, 0.0)
            motion = held
        return super()._advance(motion, spread, gaps)

    def _measure(self, bboxes: Tensor) -> Tensor:
        return centre_aspect_height(bboxes)

    def _boxes(self, values: Tensor) -> Tensor:
        x, y, aspect, height = values.unbind(-1)
        return _corners(x, y, aspect * height, height)

    def _first_spread(self, measured: Tensor) -> Tensor:
        values = self._deviations(measured, 2 * self.position_weight, 1e-2)
        changes = self._deviations(measured, 10 * self.velocity_weight, 1e-5)
        return torch.stack([values ** 2, torch.zeros_like(values), changes ** 2], dim=-1)

    def _process_noise(self, values: Tensor) -> Tensor:
        return torch.stack([self._deviations(values, self.position_weight, 1e-2),
                            self._deviations(values, self.velocity_weight, 1e-5)], dim=-1) ** 2

    def _measurement_noise(self, values: Tensor) -> Tensor:
        return self._deviations(values, self.position_weight, 1e-1) ** 2

    @staticmethod
    def _deviations(values: Tensor, weight: float, of_aspect: float) -> Tensor:
        """Standard deviations (N, 4): shares of the height but for the aspect ratio."""
        return values[:, 3:] * values.new_tensor((weight, weight, 0, weight)) + values.new_tensor((0, 0, of_aspect, 0))


@MODELS.register_module()
class AreaKalmanFilter(BoxFilter):
    """SORT's filter of centre, area and aspect ratio, of which the last does not change (Bewley et al. 2016, 3.2).

    Variances are in pixels and fixed, as in the authors' code.
    """

    FIRST = ((10., 0., 1e4), (10., 0., 1e4), (10., 0., 1e4), (10., 0., 0.))
    PROCESS = ((1., 1e-2), (1., 1e-2), (1., 1e-4), (1., 0.))
    MEASUREMENT = (1., 1., 10., 10.)

    def _advance(self, motion: Tensor, spread: Tensor, gaps: Tensor) -> tuple[Tensor, Tensor]:
        # An area that would vanish stays as it is.
        shrinking = motion.clone()
        shrinking[:, 2, 1] = shrinking[:, 2, 1].where(motion[:, 2].sum(-1) > 0, 0.0)
        return super()._advance(shrinking, spread, gaps)

    def _measure(self, bboxes: Tensor) -> Tensor:
        x, y, aspect, height = centre_aspect_height(bboxes).unbind(-1)
        return torch.stack([x, y, aspect * height ** 2, aspect], dim=-1)

    def _boxes(self, values: Tensor) -> Tensor:
        x, y, area, aspect = values.unbind(-1)
        width = (area.clamp(min=0) * aspect.clamp(min=0)).sqrt()
        return _corners(x, y, width, area.clamp(min=0) / width.clamp(min=1e-6))

    def _first_spread(self, measured: Tensor) -> Tensor:
        return measured.new_tensor(self.FIRST).expand(len(measured), -1, -1)

    def _process_noise(self, values: Tensor) -> Tensor:
        return values.new_tensor(self.PROCESS)

    def _measurement_noise(self, values: Tensor) -> Tensor:
        return values.new_tensor(self.MEASUREMENT)


def _corners(x: Tensor, y: Tensor, width: Tensor, height: Tensor) -> Tensor:
    return torch.stack([x - width / 2, y - height / 2, x + width / 2, y + height / 2], dim=-1)
