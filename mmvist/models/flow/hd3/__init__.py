"""HD3: optical flow as hierarchical discrete distributions (Yin, Darrell and Yu, CVPR 2019)."""

from mmvist.models.flow.hd3.estimator import HD3Flow
from mmvist.models.flow.hd3.network import HD3Network

__all__ = ['HD3Flow', 'HD3Network']
