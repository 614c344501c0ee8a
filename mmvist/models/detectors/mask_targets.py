"""What the mask head should predict."""

import torch
from mmcv.ops import roi_align
from mmdet.structures.mask import BitmapMasks
from torch import Tensor


def mask_targets(bboxes: Tensor, matched: Tensor, masks: BitmapMasks, size: int) -> Tensor:
    """Cut the masks of matched objects out of the image and bring them to the mask head's grid.

    The numbers are mmdet's. There, every box gets a copy of a whole mask first, which for the regions of a large image
    is a gigabyte; here each matched object's mask is read where it is.

    Args:
        bboxes: (R, 4) xyxy, pixels of the network input.
        matched: (R,) object of each box.
        masks: O objects' masks, (H, W) pixels of the network input.
        size: Cells along each side of a grid.

    Returns:
        (R, size, size) float32, 0 or 1.
    """
    if len(bboxes) == 0:
        return bboxes.new_zeros(0, size, size, dtype=torch.float32)
    used, rows = matched.unique(return_inverse=True)
    objects = torch.from_numpy(masks.masks).to(bboxes.device)[used, None].float()
    rois = torch.cat([rows[:, None].float(), bboxes.float()], dim=1)
    return (roi_align(objects, rois, (size, size), 1.0, 0, 'avg', True)[:, 0] >= 0.5).float()
