"""YouTube-VIS and OVIS files: `read`, `write` for ground truth, `read_results`, `write_results` for results."""

from mmvist.io.ytvis.ground_truth import read, write
from mmvist.io.ytvis.results import read_results, write_results

__all__ = ['read', 'read_results', 'write', 'write_results']
