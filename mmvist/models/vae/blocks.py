"""What encoder and decoders are made of: convolutions without norms that keep the size of activations."""

import torch.nn.functional as F
from torch import Tensor, nn

# Factor of the last layer of a residual block: without norms, many blocks would let activations grow.
DAMPING = 0.1


def convolution(before: int, after: int, kernel_size: int = 3, stride: int = 1, gain: float = 1.0) -> nn.Conv2d:
    """A convolution, of maps that were rectified, whose answers vary as what was rectified did (He et al., ICCV 2015).

    PyTorch's own first weights would make each layer's activations less than half as large as the last one's, and a
    network of many layers without norms would hardly learn.

    Args:
        before: Channels in.
        after: Channels out.
        kernel_size: Rows and columns, odd; borders are padded with zeros.
        stride: Pixels from answer to answer.
        gain: Factor of the first weights.
    """
    layer = nn.Conv2d(before, after, kernel_size, stride, kernel_size // 2)
    nn.init.kaiming_normal_(layer.weight, nonlinearity='relu')
    layer.weight.data.mul_(gain)
    nn.init.zeros_(layer.bias)
    return layer


class ResidualBlock(nn.Module):
    """Two convolutions beside a path that leaves everything as it is, without norms (section 3.1).

    Args:
        channels: Channels in and out.
    """

    def __init__(self, channels: int) -> None:
        super().__init__()
        self.first, self.last = convolution(channels, channels), convolution(channels, channels, gain=DAMPING)

    def forward(self, maps: Tensor) -> Tensor:
        """(B, C, h, w) to the same."""
        return maps + self.last(F.relu(self.first(maps)))


class SubPixelUp(nn.Module):
    """A convolution whose channels become the four pixels that each pixel turns into (sub-pixel convolution).

    Args:
        before: Channels in.
        after: Channels out.
        gain: Factor of the first weights.
    """

    def __init__(self, before: int, after: int, gain: float = 1.0) -> None:
        super().__init__()
        self.widen = convolution(before, 4 * after, gain=gain)

    def forward(self, maps: Tensor) -> Tensor:
        """(B, before, h, w) to (B, after, 2 h, 2 w)."""
        return F.pixel_shuffle(self.widen(maps), 2)
