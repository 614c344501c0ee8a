"""Lovasz-softmax: the overlap of each class with its truth, learned directly (Berman et al. 2018)."""

import torch
from torch import Tensor, nn

from mmvist.registry import MODELS


def lovasz_softmax(probabilities: Tensor, targets: Tensor, valid: Tensor) -> Tensor:
    """1 - IoU of a class, continued from sets of wrong pixels to amounts of error; mean of the classes present.

    Berman et al. 2018: the errors are those of Eq. 11, and sorted, largest first, they are weighed by what each adds
    to 1 - IoU (Eq. 8 and 9). Where all probabilities are 0 or 1 it is the mean of 1 - IoU.

    Args:
        probabilities: (B, C, P) float32 or float64, of sum one over the classes.
        targets: (B, P) int64, 0 to C - 1 where valid.
        valid: (B, P) bool, pixels that count.

    Returns:
        (B,) of 0 to 1: for each image the mean over the classes that its valid pixels have; 0 where none is valid.
    """
    num_images, num_classes, num_pixels = probabilities.shape
    # Pixels that do not count are of one more class, which is cut off.
    present = torch.zeros((num_images, num_classes + 1), dtype=torch.bool, device=targets.device)
    present = present.scatter(1, targets.masked_fill(~valid, num_classes), True)[:, :-1]
    # A class that is not in the image is not sorted for, and most are not.
    images, classes = present.nonzero(as_tuple=True)

    inside = (targets[images] == classes[:, None]) & valid[images]
    errors = probabilities[images, classes]
    # Below the errors of all valid pixels, so that the others come last.
    errors = torch.where(inside, 1 - errors, errors).masked_fill(~valid[images], -1)
    errors, order = errors.sort(dim=1, descending=True)
    weights = _growth(inside.gather(1, order), errors.dtype)
    beyond = torch.arange(num_pixels, device=errors.device) >= valid.sum(1)[images, None]
    losses = (weights * errors).masked_fill(beyond, 0).sum(1)
    return losses.new_zeros(num_images).index_add(0, images, losses) / present.sum(1).clamp(min=1)


@MODELS.register_module()
class LovaszSoftmax(nn.Module):
    """`lovasz_softmax` of logits, mean of the images, times a weight."""

    def __init__(self, loss_weight: float = 1.0) -> None:
        super().__init__()
        self.loss_weight = loss_weight

    def forward(self, logits: Tensor, targets: Tensor, valid: Tensor) -> Tensor:
        """See `lovasz_softmax`; logits are (B, C, P), and without an image the loss is 0."""
        losses = lovasz_softmax(logits.float().softmax(1), targets, valid)
        return self.loss_weight * losses.sum() / max(len(losses), 1)


def _growth(inside: Tensor, dtype: torch.dtype) -> Tensor:
    """How much 1 - IoU grows with each further wrong pixel (N, P), in the order given.

    A pixel inside of the class leaves its intersection: 1 / union. One outside enters the union: the intersection
    divided by the union before and after. Taken as differences of 1 - IoU, which are near one, weights of a large
    image would keep a digit or two.

    Args:
        inside: (N, P) bool, whether the pixel is of the class; some pixel of each row is.
        dtype: Of the result. Its whole numbers must reach P, as those of float32 do up to 16 million.
    """
    missed = inside.cumsum(1, dtype=dtype)
    kept = missed[:, -1:] - missed
    union = torch.arange(1, inside.shape[1] + 1, dtype=dtype, device=inside.device) + kept
    return torch.where(inside, 1 / union, kept / (union * (union - 1)))
