"""Suppression of doubles without a loop."""

from torch import Tensor

from mmvist.structures.boxes import box_iou


def fast_nms(bboxes: Tensor, scores: Tensor, iou_threshold: float, max_boxes: int) -> Tensor:
    """Fast NMS over all classes at once (YOLACT, Bolya et al. 2019, 4): a box goes if any better one overlaps it.

    Boxes that go themselves suppress others all the same, which is what makes it one matrix.

    Args:
        bboxes: (N, 4) xyxy.
        scores: (N,).
        iou_threshold: Largest overlap with a better box.
        max_boxes: Most boxes that are kept, the best ones.

    Returns:
        Indices of those that stay, best first.
    """
    order = scores.argsort(descending=True, stable=True)
    overlap = box_iou(bboxes[order], bboxes[order]).triu(diagonal=1)
    # The maximum over nothing is not defined.
    worst = overlap.amax(dim=0) if len(order) else scores
    return order[worst <= iou_threshold][:max_boxes]
