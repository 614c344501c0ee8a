"""Scores of depth maps against true ones, as Eigen et al. (NeurIPS 2014) define and Zhou et al. (CVPR 2017) align them.

Maps are (H, W), along the optical axis; what is true is in metres.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np

RATIO = 1.25
ERRORS = ('abs_rel', 'sq_rel', 'rmse', 'rmse_log', 'delta1', 'delta2', 'delta3')
CONSTANT = 'constant_'  # starts the names of the baseline's scores


@dataclass(frozen=True)
class DepthScoring:
    """How depth is compared.

    Attributes:
        align: Scale every prediction so that its median is the true one, as its unit is not known.
        min_depth: True depths above it count, metres.
        max_depth: True depths below it count, metres. Predictions are clipped to both.
    """

    align: bool = True
    min_depth: float = 1e-3
    max_depth: float = 80.0

    def __post_init__(self) -> None:
        # What is not known is stored as 0.
        if not 0 < self.min_depth < self.max_depth:
            raise ValueError('min_depth must be above 0 and below max_depth, '
                             f'got {self.min_depth} and {self.max_depth}')


def depth_scores(depth: np.ndarray, truth: np.ndarray, scoring: DepthScoring) -> dict[str, float] | None:
    """Score one image.

    Of depths d and true depths t: `abs_rel` is the mean of |d - t| / t, `sq_rel` of (d - t)^2 / t in metres, `rmse` the
    root of the mean of (d - t)^2 in metres, `rmse_log` of (ln d - ln t)^2; `delta1`, `delta2` and `delta3` are the
    shares of pixels where d / t and t / d are below 1.25, 1.25^2 and 1.25^3. Each has its `constant_`, the same score
    of the true median everywhere, which is what any constant map is aligned to.

    Args:
        depth: (H, W) above 0; in metres where it is not aligned.
        truth: (H, W), whatever lies outside of the range where it is not known.
        scoring: How they are compared.

    Returns:
        `None` when no pixel counts.
    """
    known = (truth > scoring.min_depth) & (truth < scoring.max_depth)
    if not known.any():
        return None
    depth, truth = depth[known].astype(np.float64), truth[known].astype(np.float64)
    median = np.median(truth)
    if scoring.align:
        depth = depth * (median / np.median(depth))
    errors = _errors(depth.clip(scoring.min_depth, scoring.max_depth), truth)
    constant = _errors(np.full_like(truth, median), truth)
    return {**errors, **{f'{CONSTANT}{name}': value for name, value in constant.items()}}


def mean_depth_scores(images: Sequence[Mapping[str, float] | None]) -> dict[str, float | int]:
    """Put the scores of images together.

    Args:
        images: Of `depth_scores`.

    Returns:
        The mean of every score over the images in which pixels count, nan when there are none; `images`, the number
        of these, and `empty`, that of the others.
    """
    scored = [scores for scores in images if scores is not None]
    names = (f'{prefix}{name}' for prefix in ('', CONSTANT) for name in ERRORS)
    means = {name: float(np.mean([scores[name] for scores in scored])) if scored else float('nan') for name in names}
    return {**means, 'images': len(scored), 'empty': len(images) - len(scored)}


def _errors(depth: np.ndarray, truth: np.ndarray) -> dict[str, float]:
    """The scores of N pixels, by name."""
    difference, log_difference = depth - truth, np.log(depth) - np.log(truth)
    ratio = np.maximum(depth / truth, truth / depth)
    values = (np.mean(np.abs(difference) / truth), np.mean(difference ** 2 / truth), np.sqrt(np.mean(difference ** 2)),
              np.sqrt(np.mean(log_difference ** 2)), *(np.mean(ratio < RATIO ** power) for power in (1, 2, 3)))
    return dict(zip(ERRORS, map(float, values), strict=True))
