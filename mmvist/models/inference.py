"""A trained model made ready for inference alone."""

from copy import deepcopy

import torch
from mmcv.cnn import fuse_conv_bn
from torch import nn


def prepare_for_inference(model: nn.Module) -> nn.Module:
    """Fold batch norms into their convolutions and lay weights out as kernels read them fastest.

    Results change by rounding only. On two CPU cores this takes a third off a ResNet-50 FPN.

    Args:
        model: Changed in place, for good: it cannot be trained afterwards.

    Returns:
        The model, in evaluation mode.
    """
    _part_shared_convolutions(model)
    model = fuse_conv_bn(model.eval())
    for part in model.modules():
        # Convolutions over time would have to be laid out otherwise, and gain nothing.
        if isinstance(part, nn.Conv2d | nn.ConvTranspose2d):
            part.to(memory_format=torch.channels_last)
    return model


def _part_shared_convolutions(model: nn.Module) -> None:
    """Give every place its own copy of a convolution: one that RTMDet's levels share has a batch norm in each."""
    seen = set()
    for parent in model.modules():
        for name, part in parent.named_children():
            if isinstance(part, nn.Conv2d):
                if part in seen:
                    setattr(parent, name, deepcopy(part))
                seen.add(part)
