"""Convolution over time and space, taken apart into one for each channel and one across channels."""

from torch import Tensor, nn


class SeparableConv3d(nn.Module):
    """Depth-wise 3x3x3 convolution, then 1x1x1, then rectification; no bias (TrackR-CNN, Voigtlaender et al. 2019).

    It starts as the identity: features that are not negative pass unchanged, so a detector trained on images is as good
    as before. Space is padded with zeros; time is not, since only the caller knows what came before and what follows.

    Args:
        channels: Channels in and out.
    """

    def __init__(self, channels: int) -> None:
        super().__init__()
        self.depthwise = nn.Conv3d(channels, channels, 3, padding=(0, 1, 1), groups=channels, bias=False)
        self.pointwise = nn.Conv3d(channels, channels, 1, bias=False)
        nn.init.dirac_(self.depthwise.weight, groups=channels)
        nn.init.dirac_(self.pointwise.weight)

    def forward(self, maps: Tensor) -> Tensor:
        """Features (N, C, T, h, w), at least 0, of the inner frames of maps (N, C, T + 2, h, w), T >= 1."""
        return self.pointwise(self.depthwise(maps)).relu()
