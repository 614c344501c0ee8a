"""mmdet's parts of Mask R-CNN with an activated batch norm after every layer but the last (Rota Bulo et al. 2018).

That is a batch norm and a leaky ReLU, as in the networks that MOTSNet builds on. In place of the two stands one layer
that needs half of the memory where `use_in_place_abn` puts it.
"""

from mmvist.models.abn.heads import ABNBBoxHead, ABNMaskHead, ABNRPNHead
from mmvist.models.abn.in_place import use_in_place_abn
from mmvist.models.abn.resnet import ABNResNet

__all__ = ['ABNBBoxHead', 'ABNMaskHead', 'ABNRPNHead', 'ABNResNet', 'use_in_place_abn']
