"""The latents of VIST-VAE (CVPR 2020), of which those of a group are correlated, and the ones of its ablation."""

from dataclasses import dataclass
from typing import Literal

import torch
from mmengine.model import BaseModule
from torch import Tensor, nn

from mmvist.models.layers.compound_symmetry import (
    correlate,
    group_means,
    group_sizes,
    kl_divergence,
    one_sided,
    two_sided,
)
from mmvist.registry import MODELS

GROUPS = ('channel', 'window')
CORRELATIONS = {'two-sided': two_sided, 'one-sided': one_sided}
# Log variances beyond either bound are clamped.
LOG_VARIANCE_LIMIT = 10.0
# Deviation of the first weights of the head of correlations: latents start as good as independent.
SMALL = 1e-3


@dataclass(frozen=True, eq=False)
class Latent:
    """The distribution q(z | xi, phi) of the latents of B images (Eq. 1).

    Attributes:
        mean: (B, C, h, w), mu.
        log_variance: (B, C, h, w), log sigma^2, -10..10; `None` if the latents are not random.
        rho: (B, C, g, k), correlation within each of the g x k groups of a channel; `None` if there is none, and so for
            the next two.
        log_determinants: (B, C, g, k), log|R_m| of the groups, at most 0.
        window: Rows and columns of a group.
    """

    mean: Tensor
    log_variance: Tensor | None = None
    rho: Tensor | None = None
    log_determinants: Tensor | None = None
    window: tuple[int, int] | None = None

    def z(self, training: bool, generator: torch.Generator | None = None) -> Tensor:
        """What is decoded (B, C, h, w): a draw in training, else the mean."""
        return self.sample(generator) if training else self.mean

    def sample(self, generator: torch.Generator | None = None) -> Tensor:
        """A draw (B, C, h, w), through which gradients flow; the mean if the latents are not random.

        Args:
            generator: Draws the noise, on its own device; by default PyTorch's of the latents' device. One seed gives
                one noise, however the latents are correlated.
        """
        if self.log_variance is None:
            return self.mean
        device = self.mean.device if generator is None else generator.device
        noise = torch.randn(self.mean.shape, generator=generator, dtype=self.mean.dtype, device=device)
        noise = noise.to(self.mean.device)
        if self.rho is not None:
            noise = correlate(noise, self.rho, self.window)
        return self.mean + (self.log_variance / 2).exp() * noise

    def kl(self) -> Tensor | None:
        """KL divergence (B,) from N(0, I), in nats (Eq. 3); `None` if the latents are not random."""
        return None if self.log_variance is None else kl_divergence(self.mean, self.log_variance, self.log_determinants)

    def kl_per_latent(self) -> Tensor | None:
        """`kl` divided by the J = C h w latents of an image, so that it weighs as much for an image of any size."""
        kl = self.kl()
        return None if kl is None else kl / self.mean.shape[1:].numel()

    def log_ratios(self) -> Tensor | None:
        """What correlation does to a group, (B, C, g, k); `None` if there is none.

        Divided by its sigma each, the d latents of a group vary along their mean as 1 + (d - 1) rho, in all other
        directions as 1 - rho. This is the logarithm of the one by the other. Rho itself does not tell much: that of
        large groups is -1 / (d - 1) at least, which looks like nothing.
        """
        if self.rho is None:
            return None
        sizes = group_sizes(tuple(self.mean.shape[-2:]), self.window, self.rho)
        return ((sizes - 1) * self.rho).log1p() - (-self.rho).log1p()


@MODELS.register_module()
class CorrelatedLatent(BaseModule):
    """Heads for means, variances and correlations of latents (section 3, Lemma 1).

    The paper does not say how latents are grouped, only that the correlation is spatial. Here a group is a channel, or
    a square window of one, which is smaller where it would reach over the right or the lower border. A group's u comes
    from a 1x1 convolution of the features' mean over the window. If that is the whole map, this is global average
    pooling and a linear layer. The convolution answers how far u is from where rho is 0, or 0.018 if one-sided, and
    starts near 0; so the same weights serve maps of any size.

    Values are of the weights' type, float32 that is, also under autocast.

    Args:
        in_channels: Channels of the features.
        channels: C, channels of the latents.
        groups: What is a group.
        window_size: Rows and columns of a window, pixels of the feature map; for groups `window`.
        correlation: Range of rho, see `two_sided` and `one_sided`. `None` for independent latents, those of a plain VAE
            (row (b) of Table 2), without any computation for correlations.

    Raises:
        ValueError: `groups` or `correlation` is none of these, or a number is below 1.
    """

    def __init__(self, in_channels: int, channels: int = 64, groups: Literal['channel', 'window'] = 'channel',
                 window_size: int = 4, correlation: Literal['two-sided', 'one-sided'] | None = 'two-sided') -> None:
        if groups not in GROUPS:
            raise ValueError(f'CorrelatedLatent: groups must be one of {GROUPS}, got {groups!r}')
        if correlation is not None and correlation not in CORRELATIONS:
            raise ValueError(f'CorrelatedLatent: correlation must be None or one of {tuple(CORRELATIONS)}, got '
                             f'{correlation!r}')
        if window_size < 1:
            raise ValueError(f'CorrelatedLatent: window_size must be at least 1, got {window_size}')
        super().__init__()
        self.groups, self.window_size, self.correlation = groups, window_size, correlation
        self.mean = _head(self, in_channels, channels)
        self.log_variance = _head(self, in_channels, channels)
        if correlation is not None:
            self.offsets = _head(self, in_channels, channels)
            nn.init.normal_(self.offsets.weight, std=SMALL)
            nn.init.zeros_(self.offsets.bias)

    def forward(self, features: Tensor) -> Latent:
        """The distribution of the latents of features (B, in_channels, h, w).

        Raises:
            ValueError: The features have another shape, or h or w is 0.
        """
        _check(self, features)
        with torch.autocast(features.device.type, enabled=False):
            features = features.to(self.mean.weight.dtype)
            mean = self.mean(features)
            log_variance = self.log_variance(features).clamp(-LOG_VARIANCE_LIMIT, LOG_VARIANCE_LIMIT)
            if self.correlation is None:
                return Latent(mean, log_variance)
            size = tuple(features.shape[-2:])
            window = size if self.groups == 'channel' else (self.window_size,) * 2
            offsets = self.offsets(group_means(features, window))
            correlation = CORRELATIONS[self.correlation](offsets, group_sizes(size, window, offsets))
            return Latent(mean, log_variance, *correlation, window)


@MODELS.register_module()
class DeterministicLatent(BaseModule):
    """A bottleneck in place of `CorrelatedLatent`, without noise and KL divergence (row (c) of Table 2).

    Args:
        in_channels: Channels of the features.
        channels: C, channels of the latents.

    Raises:
        ValueError: A number is below 1.
    """

    def __init__(self, in_channels: int, channels: int = 64) -> None:
        super().__init__()
        self.mean = _head(self, in_channels, channels)

    def forward(self, features: Tensor) -> Latent:
        """Latents of features (B, in_channels, h, w), of the weights' type.

        Raises:
            ValueError: The features have another shape, or h or w is 0.
        """
        _check(self, features)
        with torch.autocast(features.device.type, enabled=False):
            return Latent(self.mean(features.to(self.mean.weight.dtype)))


def _head(module: nn.Module, in_channels: int, channels: int) -> nn.Conv2d:
    for name, number in (('in_channels', in_channels), ('channels', channels)):
        if number < 1:
            raise ValueError(f'{type(module).__name__}: {name} must be at least 1, got {number}')
    return nn.Conv2d(in_channels, channels, 1)


def _check(module: CorrelatedLatent | DeterministicLatent, features: Tensor) -> None:
    channels = module.mean.in_channels
    if features.ndim != 4 or features.shape[1] != channels or 0 in features.shape[2:]:
        raise ValueError(f'{type(module).__name__}: features must have shape (B, {channels}, h, w), h and w at least '
                         f'1, got {tuple(features.shape)}')
