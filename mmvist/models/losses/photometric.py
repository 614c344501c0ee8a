"""How unlike two images are, and how uneven a disparity is where its image is not (Godard et al. 2017 and 2019)."""

import torch
import torch.nn.functional as F
from torch import Tensor

# Constants of SSIM for values of 0 to 1 (Wang et al. 2004, section III.B).
C1, C2 = 0.01 ** 2, 0.03 ** 2


def structural_similarity(first: Tensor, second: Tensor) -> Tensor:
    """SSIM (Wang et al. 2004, Eq. 13) around every pixel, with the means of 3 x 3 pixels; images are mirrored.

    Args:
        first: (B, C, H, W) of 0..1, float32 or float64, at least 2 x 2 pixels.
        second: Likewise.

    Returns:
        (B, C, H, W) of -1..1 but for rounding; exactly 1 where the images are equal.
    """
    first, second = (F.pad(image, (1, 1, 1, 1), mode='reflect') for image in (first, second))
    mean_first, mean_second = _mean_around(first), _mean_around(second)
    means = mean_first * mean_first + mean_second * mean_second
    similar = 2 * mean_first * mean_second + C1
    # Spreads do not change with a constant. About the middle grey the squares are smaller, and lose less to rounding.
    first, second, mean_first, mean_second = (part - 0.5 for part in (first, second, mean_first, mean_second))
    variances = (_mean_around(first * first + second * second)
                 - (mean_first * mean_first + mean_second * mean_second))
    covariance = _mean_around(first * second) - mean_first * mean_second
    return similar * (2 * covariance + C2) / ((means + C1) * (variances + C2))


def photometric_error(first: Tensor, second: Tensor, ssim_share: float = 0.85) -> Tensor:
    """e(a, b) = share (1 - SSIM(a, b)) / 2 + (1 - share) |a - b|, mean of the channels (Zhao et al. 2017).

    Args:
        first: (B, C, H, W) of 0..1, float32 or float64; not normalised by the mean and deviation of a data set.
        second: Likewise.
        ssim_share: 0..1.

    Returns:
        (B, 1, H, W) of 0..1.
    """
    # Rounding takes SSIM beyond its range.
    unlike = ((1 - structural_similarity(first, second)) / 2).clamp(0, 1)
    return (ssim_share * unlike + (1 - ssim_share) * (first - second).abs()).mean(1, keepdim=True)


def edge_aware_smoothness(disparity: Tensor, images: Tensor) -> Tensor:
    """|dx d| exp(-|dx I|) + |dy d| exp(-|dy I|) of the disparity over its mean (Godard et al. 2019, Eq. 3).

    Args:
        disparity: (B, 1, H, W), above 0, at least 2 x 2 pixels.
        images: (B, C, H, W) of 0..1; |dI| is the mean of the channels.

    Returns:
        Scalar, mean over the pixels that have a neighbour on the right and, apart, below.
    """
    relative = disparity / (disparity.mean((2, 3), keepdim=True) + 1e-7)
    return sum((torch.diff(relative, dim=axis).abs()
                * torch.exp(-torch.diff(images, dim=axis).abs().mean(1, keepdim=True))).mean() for axis in (2, 3))


def _mean_around(values: Tensor) -> Tensor:
    """Of 3 x 3 neighbours: (B, C, H, W) of (B, C, H + 2, W + 2); sums of slices are faster than pooling."""
    rows = values[:, :, :-2] + values[:, :, 1:-1] + values[:, :, 2:]
    return (rows[..., :-2] + rows[..., 1:-1] + rows[..., 2:]) / 9
