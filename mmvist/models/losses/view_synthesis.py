"""Depth and the camera's motion, learned from how well frames explain each other.

The view synthesis loss of the spatio-temporal embedding (Eq. 6, Eq. 7 and A.1), which is that of Godard et al. 2019.
"""

from collections.abc import Sequence

import torch
import torch.nn.functional as F
from torch import Tensor, nn

from mmvist.models.layers.view_geometry import depth_from_disparity, warp
from mmvist.models.losses.photometric import edge_aware_smoothness, photometric_error
from mmvist.registry import MODELS

# By how much a warped image must be better to count. The authors add noise of this size to the other error instead, so
# that of equal ones chance decides; here they always mask, and the loss is the same every time.
MARGIN = 1e-5


def least_error(targets: Tensor, images: Sequence[Tensor], ssim_share: float = 0.85) -> Tensor:
    """Photometric error (B, 1, H, W) of that image, for each pixel, which is most like the target (Eq. 7).

    What is hidden in one source is mostly seen in another.

    Args:
        targets: (B, C, H, W) of 0..1.
        images: S of them, likewise.
        ssim_share: See `photometric_error`.
    """
    return torch.stack([photometric_error(targets, image, ssim_share) for image in images]).amin(0)


def auto_mask(warped: Tensor, unwarped: Tensor) -> Tensor:
    """Pixels (B, 1, H, W) bool that sources explain better warped than as they are (A.1).

    Others do not move against the camera, or have no texture. Of a static pair there are none; nor are there,
    but for rounding, where no motion at all is predicted, so that a pose network must not begin with exact zeros.

    Args:
        warped: (B, 1, H, W) `least_error` of the warped sources.
        unwarped: (B, 1, H, W) `least_error` of the sources.
    """
    return warped < unwarped - MARGIN


def view_synthesis(targets: Tensor, sources: Sequence[Tensor], disparities: Sequence[Tensor],
                   motions: Sequence[Tensor], intrinsics: Tensor, ssim_share: float = 0.85, smoothness: float = 1e-3,
                   depth_range: tuple[float, float] = (0.1, 100.0), masks: bool = True) -> Tensor:
    """Mean, over scales, of the least error of the warped sources and the unevenness of the disparity.

    Masked pixels count with the error of the unwarped sources, a constant, so that what they weigh does not depend
    on what is predicted.

    Args:
        targets: (B, 3, H, W) of 0..1, float32 or float64.
        sources: S other frames of each target, (B, 3, H, W) of 0..1 each.
        disparities: Of the targets at several scales, in any order: (B, 1, h, w) of 0..1 each (see
            `depth_from_disparity`), at least 2 x 2 pixels.
        motions: S times (B, 4, 4), from a target camera's axes to those of the source.
        intrinsics: (B, 3, 3) in pixels of H x W; see `view_geometry`.
        ssim_share: Share of SSIM in the photometric error, 0..1.
        smoothness: Weight of the disparity's unevenness at full size; at 1 / 2^s of it the weight is 1 / 2^s, too.
        depth_range: Depth at disparities 1 and 0.
        masks: Leave out what `auto_mask` does; without it every pixel counts with its warped sources.

    Returns:
        Scalar; zero, with a gradient, where there is no target.

    Raises:
        ValueError: Numbers or shapes of the inputs do not fit.
    """
    _check(targets, sources, disparities, motions, intrinsics)
    if len(targets) == 0:
        return sum(part.sum() for part in (*disparities, *motions))
    size = targets.shape[2:]
    unwarped = least_error(targets, sources, ssim_share)
    total = targets.new_zeros(())
    for disparity in disparities:
        # Warped at full size whatever the scale: coarse images would let depth copy their texture.
        depth = depth_from_disparity(F.interpolate(disparity, size, mode='bilinear', align_corners=False), *depth_range)
        warped = least_error(targets, [warp(source, depth, motion, intrinsics)
                                       for source, motion in zip(sources, motions, strict=True)], ssim_share)
        error = (torch.where(auto_mask(warped, unwarped), warped, unwarped) if masks else warped).mean()
        reduced = F.interpolate(targets, disparity.shape[2:], mode='area')
        scale = disparity.shape[3] / size[1]
        total = total + error + smoothness * scale * edge_aware_smoothness(disparity, reduced)
    return total / len(disparities)


@MODELS.register_module()
class ViewSynthesisLoss(nn.Module):
    """`view_synthesis` times a weight, in float32 whatever the precision around it.

    Args:
        loss_weight: The weight.
        ssim_share: Share of SSIM in the photometric error, 0..1.
        smoothness: Weight of the disparity's unevenness at full size.
        depth_range: Least and largest depth that can be predicted.
        masks: Leave out pixels that the sources explain better as they are. Those which a wrong motion makes worse are
            among them, so that nothing corrects it: from scratch, motion is found sooner without.

    Raises:
        ValueError: A value lies outside its range.
    """

    def __init__(self, loss_weight: float = 1.0, ssim_share: float = 0.85, smoothness: float = 1e-3,
                 depth_range: tuple[float, float] = (0.1, 100.0), masks: bool = True) -> None:
        super().__init__()
        if not 0 <= ssim_share <= 1:
            raise ValueError(f'ViewSynthesisLoss: ssim_share must lie in 0..1, got {ssim_share}')
        if not 0 < depth_range[0] < depth_range[1]:
            raise ValueError('ViewSynthesisLoss: depth_range must be two numbers above 0, the smaller first, got '
                             f'{tuple(depth_range)}')
        self.loss_weight, self.ssim_share, self.smoothness = loss_weight, ssim_share, smoothness
        self.depth_range, self.masks = tuple(depth_range), masks

    def forward(self, targets: Tensor, sources: Sequence[Tensor], disparities: Sequence[Tensor],
                motions: Sequence[Tensor], intrinsics: Tensor) -> Tensor:
        """See `view_synthesis`."""
        with torch.autocast(targets.device.type, enabled=False):
            loss = view_synthesis(targets.float(), *([part.float() for part in parts]
                                                     for parts in (sources, disparities, motions)),
                                  intrinsics.float(), self.ssim_share, self.smoothness, self.depth_range, self.masks)
        return self.loss_weight * loss


def _check(targets: Tensor, sources: Sequence[Tensor], disparities: Sequence[Tensor], motions: Sequence[Tensor],
           intrinsics: Tensor) -> None:
    if not len(sources) or not len(disparities) or len(sources) != len(motions):
        raise ValueError('view_synthesis: needs disparities, sources and as many motions, got '
                         f'{len(disparities)}, {len(sources)} and {len(motions)}')
    batch = len(targets)
    for name, parts, expected in (('source', sources, tuple(targets.shape)), ('motion', motions, (batch, 4, 4)),
                                  ('intrinsics', [intrinsics], (batch, 3, 3))):
        for part in parts:
            if part.shape != expected:
                raise ValueError(f'view_synthesis: {name} must have shape {expected}, got {tuple(part.shape)}')
    for disparity in disparities:
        if disparity.ndim != 4 or disparity.shape[:2] != (batch, 1):
            raise ValueError(f'view_synthesis: disparity must have shape ({batch}, 1, h, w), '
                             f'got {tuple(disparity.shape)}')
