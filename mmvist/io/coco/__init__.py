"""COCO and CocoVID files: `read`, `write` for ground truth, `read_results`, `write_results` for results of images."""

from mmvist.io.coco.ground_truth import read, write
from mmvist.io.coco.results import read_results, write_results

__all__ = ['read', 'read_results', 'write', 'write_results']
