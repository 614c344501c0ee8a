"""OC-SORT's filter: SORT's, that trusts detections more than its own guesses (Cao et al. 2023)."""

from typing import Any

import torch
from torch import Tensor

from mmvist.registry import MODELS
from mmvist.structures.frames import Frame
from mmvist.structures.instances import Instances
from mmvist.tracking.comparisons import direction
from mmvist.tracking.propagators.kalman import AreaKalmanFilter, correct


@MODELS.register_module()
class ObservationCentricFilter(AreaKalmanFilter):
    """SORT's filter with a memory of detections.

    When a lost track is found again, its filter goes back to the last detection and follows a straight line to the new
    one (observation-centric re-update). A track also has a heading, from a detection `window` frames back to its last
    one, for the cue `Heading` (momentum), and its last detection as `observed`, for recovery.

    Args:
        window: Frames between the two detections that a heading is drawn through.
    """

    def __init__(self, window: int = 3) -> None:
        self.window = window

    def predict(self, state: int | None, tracks: Instances, frame: Frame) -> tuple[int, Instances]:
        """Tracks with `bboxes` as expected, and for this frame alone `anchors`, from where headings are drawn."""
        state, tracks = super().predict(state, tracks, frame)
        return state, tracks.replace(anchors=self._anchors(tracks.trail, frame.index))

    def start(self, detections: Instances, frame: Frame) -> dict[str, Any]:
        """The filter's columns, of tracks without a heading."""
        columns = super().start(detections, frame)
        seen = _seen(detections.bboxes, frame.index)
        return {**columns, 'seen_motion': columns['motion'], 'seen_spread': columns['spread'],
                'observed': detections.bboxes, 'trail': seen[:, None].expand(-1, self.window, -1),
                'heading': torch.zeros_like(seen[:, 1:])}

    def correct(self, tracks: Instances, detections: Instances, frame: Frame) -> dict[str, Any]:
        """The filter's columns after the detections, by way of all that was missed."""
        motion, spread = tracks.seen_motion, tracks.seen_spread
        # How long the longest was lost is one number more that leaves the device.
        for step in range(1, int(tracks.gaps.max()) + 1):
            ahead = self._advance(motion, spread, tracks.gaps)
            share = (step / tracks.gaps).clamp(max=1)[:, None]
            between = torch.lerp(tracks.observed, detections.bboxes.to(tracks.observed), share.to(tracks.observed))
            corrected = correct(*ahead, self._measure(between), self._measurement_noise(ahead[0][..., 0]))
            missed = (step <= tracks.gaps)[:, None, None]
            motion, spread = motion.where(~missed, corrected[0]), spread.where(~missed, corrected[1])
        seen = _seen(detections.bboxes, frame.index)
        return {'motion': motion, 'spread': spread, 'seen_motion': motion, 'seen_spread': spread,
                'observed': detections.bboxes, 'trail': torch.cat([tracks.trail[:, 1:], seen[:, None]], dim=1),
                'heading': direction(tracks.anchors, seen[:, 1:])}

    def _anchors(self, trail: Tensor, frame: int) -> Tensor:
        """Centre (N, 2) of the oldest detection that is within the window, else of the last."""
        ages = frame - trail[..., 0]
        place = torch.where(ages <= self.window, ages, -ages).argmax(dim=1)
        return trail[torch.arange(len(trail), device=trail.device), place, 1:]


def _seen(bboxes: Tensor, frame: int) -> Tensor:
    """Frame and centre of detections, (N, 3) float64."""
    centres = (bboxes[:, :2].double() + bboxes[:, 2:]) / 2
    return torch.cat([torch.full_like(centres[:, :1], frame), centres], dim=1)
