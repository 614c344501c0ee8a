"""Scores of optical flow, as KITTI 2015 defines them (Menze and Geiger, CVPR 2015)."""

from collections.abc import Iterable, Mapping

import numpy as np

from mmvist.io.flow import HIDDEN, SEEN, UNKNOWN

# A pixel is an outlier if it is off by more than so many pixels, and more than this share of the true length.
OUTLIER_PIXELS, OUTLIER_SHARE = 3.0, 0.05
REGIONS = ('all', 'seen', 'hidden', 'objects', 'background')


def flow_errors(flow: np.ndarray, truth: np.ndarray, known: np.ndarray, objects: np.ndarray | None = None
                ) -> dict[str, float]:
    """What the scores of one image are made of; sums of several images add up.

    Args:
        flow: (H, W, 2) pixels.
        truth: (H, W, 2) pixels.
        known: (H, W) `UNKNOWN`, `SEEN` or `HIDDEN`, as `mmvist.io.flow` has it.
        objects: (H, W) bool, which pixels show an object that may move; `None` where that is not known.

    Returns:
        `<region>/pixels`, `<region>/distance`, the sum of the distances between the two, and `<region>/outliers`, of
        the regions of `REGIONS` in which a pixel is known.
    """
    distance = np.linalg.norm(flow.astype(np.float64) - truth, axis=2)
    # What is no number is no good either.
    outlier = ~((distance <= OUTLIER_PIXELS) | (distance <= OUTLIER_SHARE * np.linalg.norm(truth, axis=2)))
    inside = {'all': known != UNKNOWN, 'seen': known == SEEN, 'hidden': known == HIDDEN}
    if objects is not None:
        inside |= {'objects': objects & inside['all'], 'background': ~objects & inside['all']}
    errors: dict[str, float] = {}
    for region, pixels in inside.items():
        if pixels.any():
            errors |= {f'{region}/pixels': int(pixels.sum()), f'{region}/distance': float(distance[pixels].sum()),
                       f'{region}/outliers': int(outlier[pixels].sum())}
    return errors


def flow_scores(images: Iterable[Mapping[str, float]]) -> dict[str, float | int]:
    """Put images together.

    Args:
        images: Of `flow_errors`.

    Returns:
        Of each region in which a pixel is known `<region>/EPE`, the mean distance in pixels, `<region>/Fl`, the share
        of outliers, and `<region>/pixels`; means over all pixels, as in KITTI.
    """
    sums: dict[str, float] = {}
    for errors in images:
        for name, value in errors.items():
            sums[name] = sums.get(name, 0) + value
    scores: dict[str, float | int] = {}
    for region in REGIONS:
        pixels = sums.get(f'{region}/pixels', 0)
        if pixels:
            scores |= {f'{region}/EPE': sums[f'{region}/distance'] / pixels,
                       f'{region}/Fl': sums[f'{region}/outliers'] / pixels, f'{region}/pixels': int(pixels)}
    return scores
