"""From decisions on the host back to the device."""

import numpy as np
import torch
from torch import Tensor

from mmvist.structures.instances import Instances


def to_device(values: np.ndarray, like: Instances) -> Tensor:
    """An array as a tensor where these instances are."""
    return torch.from_numpy(np.ascontiguousarray(values)).to(like.labels.device)
