"""From a batch of uint8 clips to the network's input."""

from collections.abc import Sequence

import torch
from mmengine.model import BaseDataPreprocessor
from torch import Tensor

from mmvist.registry import MODELS


@MODELS.register_module()
class ClipPreprocessor(BaseDataPreprocessor):
    """Normalises, pads and stacks clips in one pass into one tensor, on the model's device.

    Args:
        mean: Mean of each channel, in 0..255, in the order after `bgr_to_rgb`.
        std: Standard deviation of each channel, likewise.
        bgr_to_rgb: Swap the first and the last channel.
        size_divisor: Height and width are padded to a multiple of this.
        min_size: Height and width are padded to at least these.
        pad_value: What the image is padded with, in 0..255; by default the mean, which is zero in the result.
    """

    def __init__(self, mean: Sequence[float], std: Sequence[float], bgr_to_rgb: bool = True, size_divisor: int = 32,
                 min_size: tuple[int, int] = (1, 1), pad_value: float | None = None) -> None:
        super().__init__()
        self.register_buffer('mean', torch.tensor(mean, dtype=torch.float32).view(-1, 1, 1), persistent=False)
        self.register_buffer('std', torch.tensor(std, dtype=torch.float32).view(-1, 1, 1), persistent=False)
        self.bgr_to_rgb, self.size_divisor, self.min_size = bgr_to_rgb, size_divisor, min_size
        self.pad_value = pad_value

    def forward(self, data: dict, training: bool = False) -> dict:
        """Prepare a collated batch.

        Args:
            data: `inputs`, N clips (T, 3, H, W) uint8 with one T, and `data_samples`, N `TrackDataSample`s.
            training: Unused; evaluation is prepared the same way.

        Returns:
            `inputs` (N, T, 3, H', W') float32 and the samples on the model's device.
        """
        clips: list[Tensor] = data['inputs']
        lengths = {len(clip) for clip in clips}
        if len(lengths) > 1:
            raise ValueError(f'ClipPreprocessor: all clips of a batch must have one length, got {sorted(lengths)}')
        height, width = (self._padded(max(least, *(clip.shape[axis] for clip in clips)))
                         for axis, least in zip((2, 3), self.min_size, strict=True))
        batch = torch.zeros((len(clips), lengths.pop(), 3, height, width), device=self.device)
        if self.pad_value is not None:
            batch += (self.pad_value - self.mean) / self.std
        for slot, clip in zip(batch, clips, strict=True):
            clip = clip.to(self.device, non_blocking=True)
            clip = clip.flip(1) if self.bgr_to_rgb else clip
            window = slot[..., :clip.shape[2], :clip.shape[3]]
            window.copy_(clip).sub_(self.mean).div_(self.std)
        return {'inputs': batch, 'data_samples': self.cast_data(data['data_samples'])}

    def _padded(self, size: int) -> int:
        return -(-size // self.size_divisor) * self.size_divisor
