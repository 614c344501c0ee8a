"""MOTSNet's tracking head: what of a region's features tells objects of its class apart."""

import torch
import torch.nn.functional as F
from mmengine.model import BaseModule
from torch import Tensor, nn

from mmvist.models.abn.activation import SLOPE


class TrackingHead(BaseModule):
    """Two fully connected layers, whose outputs are an embedding for each class (MOTSNet, Porzi et al. 2020, 4.1).

    Args:
        num_classes: Number of classes.
        in_channels: Numbers of a pooled region.
        hidden_channels: Width of the first layer, which a batch norm and an activation follow.
        channels: Numbers of an embedding, N_e.
    """

    def __init__(self, num_classes: int, in_channels: int = 256, hidden_channels: int = 128, channels: int = 32
                 ) -> None:
        super().__init__(init_cfg={'type': 'Xavier', 'layer': 'Linear'})
        self.hidden = nn.Linear(in_channels, hidden_channels, bias=False)
        self.norm = nn.BatchNorm1d(hidden_channels)
        self.output = nn.Linear(hidden_channels, num_classes * channels)
        self.num_classes, self.channels = num_classes, channels

    def forward(self, pooled: Tensor, labels: Tensor) -> Tensor:
        """Embed pooled regions.

        Args:
            pooled: (R, in_channels).
            labels: (R,) class of each region.

        Returns:
            (R, channels) float32, of unit length.
        """
        # In full precision, in which all processes share statistics, with regions or without.
        hidden = F.leaky_relu(self._normalised(self.hidden(pooled).float()), SLOPE)
        embeds = self.output(hidden).view(len(hidden), self.num_classes, self.channels)
        return F.normalize(embeds[torch.arange(len(embeds), device=labels.device), labels].float())

    def _normalised(self, hidden: Tensor) -> Tensor:
        # There is no variance of one region. A norm that is shared among processes must run in all of them, though.
        if self.training and len(hidden) < 2 and isinstance(self.norm, nn.BatchNorm1d):
            return F.batch_norm(hidden, self.norm.running_mean, self.norm.running_var, self.norm.weight, self.norm.bias,
                                eps=self.norm.eps)
        return self.norm(hidden)
