"""RAFT, where torchvision is installed."""

from collections.abc import Sequence
from pathlib import Path

import torch
import torch.nn.functional as F
from mmengine.model import BaseModule
from torch import Tensor

from mmvist.registry import MODELS
from mmvist.structures.frames import Frame

# Sides of images must be multiples of 8, and correlations need 128 pixels.
DIVISOR, MIN_SIDE = 8, 128
SIZES = ('large', 'small')


@MODELS.register_module()
class RAFTFlow(BaseModule):
    """torchvision's RAFT (Teed and Deng, ECCV 2020) with weights from a file.

    Args:
        checkpoint: Weights as torchvision publishes them, such as `raft_large_C_T_SKHT_V2`.
        size: 'large' or 'small'.
        iterations: How often flow is refined.
        image_mean: What was taken away from images before they come here, RGB in 0..255.
        image_std: By what they were divided.

    Raises:
        ImportError: There is no torchvision that works.
        FileNotFoundError: There is no such file.
        ValueError: It does not hold the weights of this size.
    """

    needs_image = True

    def __init__(self, checkpoint: str, size: str = 'large', iterations: int = 12,
                 image_mean: Sequence[float] = (0., 0., 0.), image_std: Sequence[float] = (1., 1., 1.)) -> None:
        super().__init__()
        if size not in SIZES:
            raise ValueError(f'RAFTFlow: size must be one of {SIZES}, got {size!r}')
        try:
            from torchvision.models import optical_flow
        except (ImportError, OSError, RuntimeError) as error:
            raise ImportError(f'RAFTFlow: needs a torchvision that fits torch {torch.__version__}: {error}') from None
        if not Path(checkpoint).is_file():
            raise FileNotFoundError(f'RAFTFlow: {checkpoint}: no such file')
        self.network = (optical_flow.raft_large if size == 'large' else optical_flow.raft_small)()
        try:
            self.network.load_state_dict(torch.load(checkpoint, map_location='cpu', weights_only=True))
        except RuntimeError as error:
            raise ValueError(f'RAFTFlow: {checkpoint} does not hold the weights of raft_{size}: {error}') from None
        self.network.eval().requires_grad_(False)
        self.iterations = iterations
        for name, values in (('mean', image_mean), ('std', image_std)):
            self.register_buffer(name, torch.tensor(values, dtype=torch.float32).view(1, 3, 1, 1), persistent=False)

    @torch.no_grad()
    def forward(self, image: Tensor, previous: Tensor, frame: Frame | None = None) -> Tensor:
        """Flow (2, H, W) from a frame to the one before it; see `Flow`."""
        height, width = image.shape[1:]
        room = (0, max(MIN_SIDE - width, -width % DIVISOR), 0, max(MIN_SIDE - height, -height % DIVISOR))
        # The network wants -1..1.
        pair = (F.pad((one[None].float() * self.std + self.mean) / 127.5 - 1, room, mode='replicate')
                for one in (image, previous))
        return self.network(*pair, num_flow_updates=self.iterations)[-1][0, :, :height, :width]

    def train(self, mode: bool = True) -> 'RAFTFlow':
        """It is not trained."""
        return super().train(False)
