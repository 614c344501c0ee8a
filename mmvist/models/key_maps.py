"""Names of weights in other programs' checkpoints."""

from collections.abc import Mapping
from functools import partial
from typing import Any

from torch import Tensor, nn

from mmvist.models.flow.hd3.names import HD3_NAMES

MMDET_MASKTRACK_RCNN = {'detector.': 'detector.', 'track_head.embed_head.fcs.': 'embedder.fcs.'}
MMDET_YOLACT = {
    **{f'{part}.': f'detector.{part}.' for part in ('backbone', 'neck', 'bbox_head', 'mask_head')},
    'segm_head.': 'detector.mask_head.segm_branch.'}        # apart from the masks before mmdet 3
# Of dbolya/yolact, which counts the pyramid's levels from the coarsest.
YOLACT = {
    'backbone.conv1.': 'detector.backbone.conv1.', 'backbone.bn1.': 'detector.backbone.bn1.',
    **{f'backbone.layers.{stage}.': f'detector.backbone.layer{stage + 1}.' for stage in range(4)},
    **{f'fpn.lat_layers.{2 - level}.': f'detector.neck.lateral_convs.{level}.conv.' for level in range(3)},
    **{f'fpn.pred_layers.{2 - level}.': f'detector.neck.fpn_convs.{level}.conv.' for level in range(3)},
    **{f'fpn.downsample_layers.{level}.': f'detector.neck.extra_convs.{level}.' for level in range(2)},
    'prediction_layers.0.upfeature.0.': 'detector.bbox_head.head_convs.0.conv.',
    'prediction_layers.0.bbox_layer.': 'detector.bbox_head.conv_reg.',
    'prediction_layers.0.conf_layer.': 'detector.bbox_head.conv_cls.',
    'prediction_layers.0.mask_layer.': 'detector.bbox_head.conv_coeff.',
    'proto_net.': 'detector.mask_head.protonet.',
    'semantic_seg_conv.': 'detector.mask_head.segm_branch.segm_conv.',
    # Early files hold the backbone twice, and levels that nothing reads.
    **{f'backbone.layer{stage}.': None for stage in range(1, 5)}, 'fpn.downsample_layers.': None}

# All that other classes need anew, under our names.
CLASS_LAYERS = ('detector.bbox_head.conv_cls.', 'detector.mask_head.segm_branch.',
                'detector.roi_head.bbox_head.fc_cls.', 'detector.roi_head.bbox_head.fc_reg.',
                'detector.roi_head.mask_head.conv_logits.')


def rename(state_dict: Mapping[str, Tensor], key_map: Mapping[str, str | None]) -> dict[str, Tensor]:
    """Exchange the prefixes of a checkpoint's names, each by the first that fits; `None` leaves a weight out.

    Raises:
        ValueError: A name has none of the prefixes; it would be lost.
    """
    renamed, unknown = {}, []
    for name, weight in state_dict.items():
        prefix = next((prefix for prefix in key_map if name.startswith(prefix)), None)
        if prefix is None:
            unknown.append(name)
        elif key_map[prefix] is not None:
            renamed[key_map[prefix] + name[len(prefix):]] = weight
    if unknown:
        raise ValueError(f'{len(unknown)} weights are of another network; the first is {unknown[0]!r}')
    return renamed


def from_yolact(state_dict: Mapping[str, Tensor]) -> dict[str, Tensor]:
    """Weights of YOLACT's authors, whose classes begin with the background, under our names.

    Raises:
        ValueError: It is the checkpoint of another network.
    """
    renamed = rename(state_dict, YOLACT)
    boxes, classes = 'detector.bbox_head.conv_reg.bias', 'detector.bbox_head.conv_cls.'
    if boxes not in renamed:
        raise ValueError('the checkpoint has no prediction_layers.0.bbox_layer: it is not of YOLACT')
    # What is told of a cell is told anchor by anchor.
    anchors = len(renamed[boxes]) // 4
    return {name: weight.unflatten(0, (anchors, -1)).roll(-1, dims=1).flatten(0, 1) if name.startswith(classes)
            else weight for name, weight in renamed.items()}


def without_class_layers(state_dict: Mapping[str, Tensor]) -> dict[str, Tensor]:
    """All weights, under our names, but those of layers that tell classes apart."""
    return {name: weight for name, weight in state_dict.items() if not name.startswith(CLASS_LAYERS)}


PROGRAMS = {'hd3': partial(rename, key_map=HD3_NAMES),
            'mmdet-masktrack-rcnn': partial(rename, key_map=MMDET_MASKTRACK_RCNN),
            'mmdet-yolact': partial(rename, key_map=MMDET_YOLACT), 'yolact': from_yolact}


def move_under(part: str, module: nn.Module, state_dict: dict[str, Tensor], prefix: str, *_: Any) -> None:
    """Before a module loads: what does not say so yet is of this part of it.

    Args:
        part: Name of the part, all of whose weights are the module's only ones.
        module: See `torch.nn.Module.register_load_state_dict_pre_hook`.
        state_dict: Changed in place.
        prefix: What the module's own names begin with.
    """
    inside = f'{prefix}{part}.'
    for name in [name for name in state_dict if name.startswith(prefix) and not name.startswith(inside)]:
        state_dict[inside + name[len(prefix):]] = state_dict.pop(name)
