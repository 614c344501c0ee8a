"""Small networks of linear layers."""

from torch import Tensor, nn


def linear(in_channels: int, out_channels: int, bias: float = 0.0) -> nn.Linear:
    """A linear layer with weights as of Xavier, whose bias starts at a constant."""
    layer = nn.Linear(in_channels, out_channels)
    nn.init.xavier_uniform_(layer.weight)
    nn.init.constant_(layer.bias, bias)
    return layer


class SplitLinear(nn.Module):
    """A linear layer on the concatenation of inputs that broadcast against each other, which is never made.

    What is said of a track need not be multiplied once for each detection.

    Args:
        in_channels: Channels of each input.
        out_channels: Channels of the sum.
    """

    def __init__(self, in_channels: tuple[int, ...], out_channels: int) -> None:
        super().__init__()
        self.in_channels = in_channels
        self.whole = linear(sum(in_channels), out_channels)

    def forward(self, *inputs: Tensor) -> Tensor:
        """(..., out_channels) of inputs (..., in_channels[i])."""
        weights = self.whole.weight.split(self.in_channels, dim=1)
        total = self.whole.bias
        for part, weight in zip(inputs, weights, strict=True):
            total = total + part @ weight.T
        return total


class Residual(nn.Module):
    """A bottleneck with a shortcut: ReLU(x + W_n ReLU(... ReLU(W_1 x))).

    Args:
        channels: Channels of input and output.
        hidden: Channels in between.
        depth: Linear layers, at least two.
    """

    def __init__(self, channels: int, hidden: int, depth: int = 2) -> None:
        super().__init__()
        sizes = [channels, *[hidden] * (depth - 1), channels]
        layers = []
        for size, following in zip(sizes[:-1], sizes[1:], strict=True):
            layers += [linear(size, following), nn.ReLU()]
        self.layers = nn.Sequential(*layers[:-1])

    def forward(self, values: Tensor) -> Tensor:
        """(..., channels)."""
        return (values + self.layers(values)).relu()


class Gate(nn.Sequential):
    """How much of each channel of a message passes, 0..1.

    Args:
        channels: Channels of input and output.
        hidden: Channels in between.
    """

    def __init__(self, channels: int, hidden: int) -> None:
        super().__init__(linear(channels, hidden), nn.ReLU(), linear(hidden, channels), nn.Sigmoid())
