"""Truth for losses over whole frames, which are padded at the bottom and at the right while truth is not."""

import torch
from mmdet.structures import DetDataSample
from mmdet.structures.mask import BitmapMasks
from mmengine.structures import InstanceData
from torch import Tensor

# In place of an id: a pixel of no object, and one that should not be learned from.
NOTHING, IGNORED = -1, -2


def padded_masks(masks: BitmapMasks, size: tuple[int, int], device: torch.device | str) -> Tensor:
    """Masks of objects as large as the network's input.

    Args:
        masks: O objects' masks, pixels of the image.
        size: Height and width of the input, pixels.
        device: Where the result is to be.

    Returns:
        (O, H, W) bool, False outside of the image.

    Raises:
        ValueError: The image is larger than the input.
    """
    objects = torch.from_numpy(masks.masks).to(device)
    height, width = objects.shape[1:]
    if height > size[0] or width > size[1]:
        raise ValueError(f'masks must fit into {size[0]}x{size[1]} pixels (height, width), got {height}x{width}')
    padded = torch.zeros((len(objects), *size), dtype=torch.bool, device=device)
    padded[:, :height, :width] = objects > 0
    return padded


def id_map(sample: DetDataSample, size: tuple[int, int], device: torch.device | str, stride: int = 1) -> Tensor:
    """The object that each pixel shows.

    Where objects overlap, the smaller one is on top: the larger hardly misses these pixels, while the smaller could
    vanish. Among equally large ones it is the later.

    Args:
        sample: `gt_instances` (`masks`, `ids`), `ignored_instances` (`masks`, or `bboxes` where these are all there
            is) and `img_shape`, height and width of the image in the upper left of the input.
        size: Height and width of the input, pixels.
        device: Where the result is to be.
        stride: Read one pixel of as many along each axis, beside their middle.

    Returns:
        (H, W), or as many as are read, int64: the object's id, `NOTHING`, or `IGNORED` outside of the image and on
        pixels of ignored instances that no object covers.

    Raises:
        ValueError: The image is larger than the input.
    """
    read = (..., slice(stride // 2, None, stride), slice(stride // 2, None, stride))
    ids = torch.full(size, IGNORED, device=device)
    height, width = sample.img_shape[:2]
    ids[:height, :width] = NOTHING
    ids.masked_fill_(_ignored(sample.ignored_instances, size, device), IGNORED)
    ids, masks = ids[read].clone(), padded_masks(sample.gt_instances.masks, size, device)[read]
    order = masks.flatten(1).sum(1).argsort(descending=True, stable=True)
    for mask, track in zip(masks[order], sample.gt_instances.ids.to(device)[order], strict=True):
        ids.masked_fill_(mask, track)
    return ids


def _ignored(instances: InstanceData, size: tuple[int, int], device: torch.device | str) -> Tensor:
    """Pixels (H, W) bool of the masks, else those that the boxes touch."""
    if 'masks' in instances:
        return padded_masks(instances.masks, size, device).any(0)
    left, top, right, bottom = instances.bboxes.to(device)[:, :, None].unbind(1)
    rows, columns = (torch.arange(length, device=device) for length in size)
    rows = (rows + 1 > top) & (rows < bottom)
    columns = (columns + 1 > left) & (columns < right)
    return (rows[:, :, None] & columns[:, None]).any(0)
