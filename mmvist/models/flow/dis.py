"""Dense inverse search, OpenCV's flow without weights."""

import cv2
import numpy as np
import torch
from torch import Tensor

from mmvist.registry import MODELS
from mmvist.structures.frames import Frame

PRESETS = {'ultrafast': cv2.DISOPTICAL_FLOW_PRESET_ULTRAFAST, 'fast': cv2.DISOPTICAL_FLOW_PRESET_FAST,
           'medium': cv2.DISOPTICAL_FLOW_PRESET_MEDIUM}
# Smaller images have no pyramid.
MIN_SIDE = 16


@MODELS.register_module()
class DISFlow:
    """Fast optical flow by dense inverse search (Kroeger et al. 2016), on the CPU.

    Args:
        preset: 'ultrafast', 'fast' or 'medium', OpenCV's settings.
    """

    needs_image = True

    def __init__(self, preset: str = 'medium') -> None:
        if preset not in PRESETS:
            raise ValueError(f'DISFlow: preset must be one of {tuple(PRESETS)}, got {preset!r}')
        self.preset = preset

    def __call__(self, image: Tensor, previous: Tensor, frame: Frame | None = None) -> Tensor:
        """Flow (2, H, W) from a frame to the one before it, of any range of values; see `Flow`."""
        greys = torch.stack([image, previous]).float().mean(dim=1)
        low, high = greys.min(), greys.max()
        greys = ((greys - low) * (255 / (high - low).clamp(min=1e-6))).round().byte().cpu().numpy()
        height, width = greys.shape[1:]
        if min(height, width) < MIN_SIDE:
            return torch.zeros(2, height, width, device=image.device)
        # Made anew each time, which takes no time: it can be neither copied nor pickled.
        flow = cv2.DISOpticalFlow_create(PRESETS[self.preset]).calc(greys[0], greys[1], None)
        return torch.from_numpy(np.ascontiguousarray(flow.transpose(2, 0, 1))).to(image.device)
