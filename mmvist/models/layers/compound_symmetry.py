"""Normal distributions whose latents are equally correlated within a group (VIST-VAE, CVPR 2020, section 3).

Sigma = diag(sigma) R diag(sigma). The latents of an image are maps (C, h, w), J = C h w of them. Each channel is cut
into windows, from its upper left corner on. A window is a group m of d_m latents with one correlation rho_m:

    R_m = (1 - rho_m) I + rho_m 11^T

and R is 0 between groups. Windows that reach over the right or the lower border are smaller groups, to which everything
applies with the d_m that they have; nothing is padded. R_m has the eigenvalue 1 + (d_m - 1) rho_m once, in direction 1,
and 1 - rho_m for the rest. It is positive definite for -1 / (d_m - 1) < rho_m < 1, of which the paper names the upper
bound only. A group of a single latent has no rho: it is 0, and so is log|R_m|.

Everything works in float32 and in float64.
"""

from typing import NamedTuple

import torch
import torch.nn.functional as F
from torch import Tensor

# How far the head's answer may lead away from rho = 0.
REACH = 6.0
# Largest correlation, and the logit of its share that it starts with, where none is negative.
HIGHEST = 0.99
ONE_SIDED_BIAS = -4.0
# Under a root, whose gradient is not finite where R is singular.
MIN_RADICAND = 1e-6


class Correlation(NamedTuple):
    """Correlations of groups, all (B, C, g, k): a group for each of g x k windows of a channel.

    Attributes:
        rho: -1 / (d - 1)..1, of two latents of the group.
        log_determinants: log|R_m|, at most 0.
    """

    rho: Tensor
    log_determinants: Tensor


def group_sizes(size: tuple[int, int], window: tuple[int, int], like: Tensor) -> Tensor:
    """d_m of the groups of a channel: (g, k), at least 1.

    Args:
        size: h and w, at least 1.
        window: Rows and columns of a window, at least 1; those of the map make the channel one group.
        like: The result has its type and device.
    """
    rows, columns = ((length - torch.arange(0, length, extent, dtype=like.dtype, device=like.device)).clamp(max=extent)
                     for length, extent in zip(size, window, strict=True))
    return rows[:, None] * columns


def group_means(maps: Tensor, window: tuple[int, int]) -> Tensor:
    """Means (B, C, g, k) over the windows of maps (B, C, h, w); what lies beyond the border does not count."""
    return F.avg_pool2d(maps, window, ceil_mode=True)


def two_sided(offsets: Tensor, sizes: Tensor) -> Correlation:
    """Correlations of either sign.

    With d latents in a group and u_0 = -log(d - 1):

        rho = -1/(d - 1) + d/(d - 1) sigmoid(u)
        log|R| = (d - 1) (log(d/(d - 1)) + logsigmoid(-u)) + log d + logsigmoid(u)

    written with u - u_0, which is the logarithm of the ratio of R's two eigenvalues. At 0 it gives rho = 0 for any d,
    so that a head need not know the map's size.

    Args:
        offsets: (B, C, g, k), u - u_0; clamped to -6..6. For large groups that is no wide range: rho is at most 0.96
            for d = 16, 0.29 for d = 1000.
        sizes: (g, k), d.
    """
    clamped = offsets.clamp(-REACH, REACH)
    # Both results are 0 for no offset, to the last digit, and log|R| does not cancel for large groups.
    growth = clamped.expm1()
    return _of_more_than_one(growth / (sizes + growth), clamped - sizes * (growth / sizes).log1p(), sizes)


def one_sided(offsets: Tensor, sizes: Tensor) -> Correlation:
    """Correlations that are not negative: rho = 0.99 sigmoid(u), where u is -4 for no offset.

    Args:
        offsets: (B, C, g, k), u + 4.
        sizes: (g, k), d.
    """
    rho = HIGHEST * (offsets + ONE_SIDED_BIAS).sigmoid()
    return _of_more_than_one(rho, log_determinants(rho, sizes), sizes)


def log_determinants(rho: Tensor, sizes: Tensor) -> Tensor:
    """log|R_m| = (d - 1) log(1 - rho) + log(1 + (d - 1) rho), from Eq. 2.

    Args:
        rho: (B, C, g, k), between -1 / (d - 1) and 1.
        sizes: (g, k), d.
    """
    return (sizes - 1) * (-rho).log1p() + ((sizes - 1) * rho).log1p()


def kl_divergence(mean: Tensor, log_variance: Tensor, log_determinants: Tensor | None = None) -> Tensor:
    """KL divergence of N(mu, Sigma) from N(0, I), the negative of Eq. 3 (Theorem 2).

        KL = 1/2 sum_j (mu_j^2 + sigma_j^2 - 1 - log sigma_j^2) - 1/2 sum_m log|R_m|

    Both logarithms of |R_m| are under the sum over groups; the paper's Eq. 3 lacks the brackets that say so. The second
    term is never negative: correlation costs, and rho = 0 costs least.

    Args:
        mean: (B, C, h, w), mu.
        log_variance: (B, C, h, w), log sigma^2.
        log_determinants: (B, C, g, k), log|R_m|; without, no latents are correlated.

    Returns:
        (B,) nats, of each image.
    """
    doubled = (mean.square() + log_variance.expm1() - log_variance).flatten(1).sum(dim=1)
    if log_determinants is not None:
        doubled = doubled - log_determinants.flatten(1).sum(dim=1)
    return doubled / 2


def correlate(noise: Tensor, rho: Tensor, window: tuple[int, int]) -> Tensor:
    """Give independent noise the covariance R, in O(d) for a group.

    The symmetric root of R_m times noise of mean m in the group, without a matrix:

        e_i = a eps_i + (b - a) m,  a = sqrt(1 - rho),  b = sqrt(1 + (d - 1) rho)

    Args:
        noise: (B, C, h, w), eps, of mean 0 and variance 1.
        rho: (B, C, g, k), -1 / (d - 1)..1; gradients are finite at both bounds.
        window: Rows and columns of a window.

    Returns:
        (B, C, h, w), e; the noise itself where rho is 0.
    """
    sizes = group_sizes(noise.shape[-2:], window, rho)
    across = (1 - rho).clamp(min=MIN_RADICAND).sqrt()
    along = (1 + (sizes - 1) * rho).clamp(min=MIN_RADICAND).sqrt()
    shifts = (along - across) * group_means(noise, window)
    return _spread(across, noise, window) * noise + _spread(shifts, noise, window)


def _of_more_than_one(rho: Tensor, log_determinants: Tensor, sizes: Tensor) -> Correlation:
    """The same, but 0 for groups of a single latent, which have neither."""
    return Correlation(*(torch.where(sizes > 1, values, 0) for values in (rho, log_determinants)))


def _spread(values: Tensor, maps: Tensor, window: tuple[int, int]) -> Tensor:
    """Values (B, C, g, k) of windows at every place of maps (B, C, h, w)."""
    blocks = values[:, :, :, None, :, None].expand(-1, -1, -1, window[0], -1, window[1])
    return blocks.flatten(4, 5).flatten(2, 3)[..., :maps.shape[-2], :maps.shape[-1]]
