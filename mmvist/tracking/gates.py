"""Gates: which pairs may match at all, as a bool matrix (tracks, detections)."""

from torch import Tensor

from mmvist.registry import TASK_UTILS
from mmvist.structures.boxes import box_iou
from mmvist.structures.instances import Instances


@TASK_UTILS.register_module()
class MinBoxIoU:
    """Allow pairs whose boxes overlap by at least `threshold`."""

    def __init__(self, threshold: float) -> None:
        self.threshold = threshold

    def __call__(self, tracks: Instances, detections: Instances) -> Tensor:
        """(tracks, detections) bool."""
        return box_iou(tracks.bboxes, detections.bboxes) >= self.threshold


@TASK_UTILS.register_module()
class SameClassOnly:
    """Allow pairs of one class."""

    def __call__(self, tracks: Instances, detections: Instances) -> Tensor:
        """(tracks, detections) bool."""
        return tracks.labels[:, None] == detections.labels
