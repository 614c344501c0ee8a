"""Heads of Mask R-CNN with activated batch norms."""

from collections.abc import Mapping

import torch.nn.functional as F
from mmcv.cnn import ConvModule
from mmdet.models.dense_heads import RPNHead
from mmdet.models.roi_heads.bbox_heads.bbox_head import BBoxHead
from mmdet.models.roi_heads.mask_heads import FCNMaskHead
from torch import Tensor, nn

from mmvist.models.abn.activation import SLOPE, leaky_relu
from mmvist.registry import MODELS


@MODELS.register_module()
class ABNRPNHead(RPNHead):
    """mmdet's `RPNHead` whose hidden layer is normalised.

    Args:
        in_channels: Channels of the feature maps.
        anchor_generator: See `RPNHead`.
        bbox_coder: See `RPNHead`.
        loss_cls: See `RPNHead`.
        loss_bbox: See `RPNHead`.
        feat_channels: Channels of the hidden layer.
        num_classes: Always 1: an object.
        train_cfg: See `RPNHead`.
        test_cfg: See `RPNHead`.
    """

    def __init__(self, in_channels: int, anchor_generator: Mapping, bbox_coder: Mapping, loss_cls: Mapping,
                 loss_bbox: Mapping, feat_channels: int = 256, num_classes: int = 1, train_cfg: Mapping | None = None,
                 test_cfg: Mapping | None = None) -> None:
        super().__init__(in_channels, num_classes, feat_channels=feat_channels, anchor_generator=anchor_generator,
                         bbox_coder=bbox_coder, loss_cls=loss_cls, loss_bbox=loss_bbox, train_cfg=train_cfg,
                         test_cfg=test_cfg)

    def _init_layers(self) -> None:
        super()._init_layers()
        self.rpn_conv = ConvModule(
            self.in_channels, self.feat_channels, 3, padding=1, norm_cfg={'type': 'BN'},
            act_cfg={'type': 'LeakyReLU', 'negative_slope': SLOPE})

    def forward_single(self, x: Tensor) -> tuple[Tensor, Tensor]:
        """Scores (B, A, h, w) and box deltas (B, 4 A, h, w) of the anchors on one map (B, C, h, w)."""
        hidden = self.rpn_conv(x)
        return self.rpn_cls(hidden), self.rpn_reg(hidden)


@MODELS.register_module()
class ABNBBoxHead(BBoxHead):
    """Two normalised fully connected layers on regions that are averaged two by two cells first.

    Args:
        in_channels: Channels of a region.
        num_classes: Number of classes.
        bbox_coder: See `BBoxHead`.
        loss_cls: See `BBoxHead`.
        loss_bbox: See `BBoxHead`.
        roi_size: Cells along a side of a region.
        fc_channels: Width of both layers.
        reg_class_agnostic: One box for all classes.
    """

    def __init__(self, in_channels: int, num_classes: int, bbox_coder: Mapping, loss_cls: Mapping, loss_bbox: Mapping,
                 roi_size: int = 14, fc_channels: int = 1024, reg_class_agnostic: bool = False) -> None:
        super().__init__(
            roi_feat_size=1, in_channels=fc_channels, num_classes=num_classes, bbox_coder=bbox_coder,
            reg_class_agnostic=reg_class_agnostic, loss_cls=loss_cls, loss_bbox=loss_bbox,
            init_cfg={'type': 'Xavier', 'layer': 'Linear', 'override': [
                {'type': 'Normal', 'std': 0.01, 'name': 'fc_cls'}, {'type': 'Normal', 'std': 0.001, 'name': 'fc_reg'}]})
        sizes = (in_channels * (roi_size // 2) ** 2, fc_channels, fc_channels)
        self.fcs = nn.Sequential()
        for wide, narrow in zip(sizes[:-1], sizes[1:], strict=True):
            self.fcs.extend([nn.Linear(wide, narrow, bias=False), nn.BatchNorm1d(narrow), leaky_relu()])

    def forward(self, x: Tensor) -> tuple[Tensor, Tensor]:
        """Class scores (R, classes + 1) and box deltas (R, 4 or 4 classes) of regions (R, C, roi_size, roi_size)."""
        hidden = self.fcs(F.avg_pool2d(x, 2).flatten(1))
        return self.fc_cls(hidden), self.fc_reg(hidden)


@MODELS.register_module()
class ABNMaskHead(FCNMaskHead):
    """mmdet's `FCNMaskHead` whose hidden layers are normalised.

    Args:
        in_channels: Channels of a region.
        num_classes: Number of classes.
        loss_mask: See `FCNMaskHead`.
        num_convs: Convolutions before the one that doubles the size.
        conv_out_channels: Channels of all of them.
    """

    def __init__(self, in_channels: int, num_classes: int, loss_mask: Mapping, num_convs: int = 4,
                 conv_out_channels: int = 256) -> None:
        super().__init__(num_convs, in_channels=in_channels, conv_out_channels=conv_out_channels,
                         num_classes=num_classes, norm_cfg={'type': 'BN'}, loss_mask=loss_mask)
        for layer in self.convs:
            layer.activate = leaky_relu()
        self.upsample = nn.Sequential(self.upsample, nn.BatchNorm2d(conv_out_channels), leaky_relu())
        self.relu = nn.Identity()

    def init_weights(self) -> None:
        """As mmdet does."""
        super().init_weights()
        nn.init.kaiming_normal_(self.upsample[0].weight, mode='fan_out', nonlinearity='relu')
        nn.init.zeros_(self.upsample[0].bias)
