"""Average precision of results that are ranked by chance, for want of scores that tell which to believe."""

import numpy as np

# In hundredths: what lies up to a recall of 0.1 is left out, that one as well.
FIRST_RECALL, LAST_RECALL = 11, 100
MIN_PRECISION = 0.1


def chance_ap(num_hits: int, num_results: int, num_objects: int) -> float:
    """Expected average precision, in 0..1, over all orders in which hits and misses may come.

    It is nuScenes' mean (Caesar et al., CVPR 2020, section 3.1) over the recalls 0.11, 0.12, ... 1 of the precision
    above 0.1, scaled to 0..1, where precision is read linearly between results and 0 beyond the last recall. It is not
    raised to that of higher recalls, as other programs do.

    The code of Hu et al. (2019) draws the scores by which it ranks anew each time; its AP is one draw of a value that
    depends on these three counts alone. The mean of all draws needs no seed, and neither rows nor videos have an order
    that it could depend on.

    Args:
        num_hits: Results that found an object.
        num_results: All results.
        num_objects: All objects.
    """
    num_objects = max(num_objects, 1)
    # How many misses may stand before the next hit.
    misses = np.arange(num_results - num_hits + 1)
    logs = np.concatenate([[0.0], np.cumsum(np.log(np.arange(1, num_results + 1)))])

    def log_choices(whole: np.ndarray | int, part: int) -> np.ndarray:
        return logs[whole] - logs[part] - logs[whole - part]

    total = 0.0
    # In whole numbers, so that a recall is reached or not whatever the last bit.
    for percent in range(FIRST_RECALL, min(LAST_RECALL, 100 * num_hits // num_objects) + 1):
        hits, rest = divmod(percent * num_objects, 100)
        if hits == num_hits:
            total += float(_above_least(num_hits / max(num_results, 1)))
            continue
        places = hits + misses  # results before the next hit
        chances = np.exp(log_choices(places, hits) + log_choices(num_results - 1 - places, num_hits - 1 - hits)
                         - log_choices(num_results, num_hits))
        # Before any result stands the precision of the first.
        before, after = np.where(places, hits / np.maximum(places, 1), 1.0), (hits + 1) / (places + 1)
        total += float(chances @ _above_least(before + (after - before) * rest / 100))
    return total / (LAST_RECALL - FIRST_RECALL + 1)


def _above_least(precision: np.ndarray | float) -> np.ndarray:
    return np.maximum(precision - MIN_PRECISION, 0) / (1 - MIN_PRECISION)
