"""Any instance segmenter of mmdet in the detector slot."""

from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import replace
from functools import partial

import torch
import torch.nn.functional as F
from mmdet.models.roi_heads.mask_heads import FCNMaskHead
from mmdet.structures import DetDataSample, TrackDataSample
from mmengine.config import ConfigDict
from mmengine.structures import InstanceData
from torch import Tensor, nn

from mmvist.io.class_map import new_labels, new_names
from mmvist.models.detectors.base import DetectorLoss, FrameDetector
from mmvist.models.key_maps import move_under
from mmvist.models.mmdet_zoo import clip_preprocessor, read_zoo_model, without_downloads
from mmvist.registry import MODELS
from mmvist.structures.frames import Frame
from mmvist.structures.instances import Instances
from mmvist.structures.masks import BoxMasks, RLEMasks, tight_boxes


@MODELS.register_module()
class MMDetDetector(FrameDetector):
    """An instance segmenter of mmdet, as it is and with the weights it was trained with there.

    Its checkpoints load unchanged. It is not trained here. The masks of RoI heads are pasted at the very end, like
    those of every detector; heads that segment whole frames answer at the original size, and their masks are compressed
    at once.

    Args:
        model: Name of a config that mmdet ships, such as 'mask-rcnn_r50_fpn_2x_coco', the path of such a config, *.py,
            or the config of a model with its `data_preprocessor`.
        classes: Names that labels shall index; by default the model's own.
        class_map: What the model's classes, or `*`, all others, are called in `classes`. Several may become one;
            detections of a class without a new name are dropped. By default names stay.
        model_classes: Names that the model's own labels index; by default those of the config's test data.
        min_score: Detections that score less are dropped.
        init_cfg: Initial weights.

    Attributes:
        preprocessor: Config of the preprocessor that prepares frames as the model was trained.
    """

    def __init__(self, model: str | dict, classes: Sequence[str] | None = None,
                 class_map: Mapping[str, str] | None = None, model_classes: Sequence[str] | None = None,
                 min_score: float = 0.0, init_cfg: dict | None = None) -> None:
        super().__init__(init_cfg=init_cfg)
        if isinstance(model, str):
            zoo = read_zoo_model(model)
            model, self.preprocessor, model_classes = zoo.model, zoo.preprocessor, model_classes or zoo.classes
        elif model_classes is None or 'data_preprocessor' not in model:
            raise ValueError('MMDetDetector: the config of a model needs its data_preprocessor, and model_classes '
                             'beside it')
        else:
            self.preprocessor = clip_preprocessor(model['data_preprocessor'])
            model = without_downloads(model)
        self.model = MODELS.build(ConfigDict({**model, 'data_preprocessor': None}))
        self.min_score = min_score
        labels = torch.tensor(_labels(model_classes, class_map, classes or model_classes))
        self.register_buffer('labels', labels, persistent=False)
        for part in self.model.modules():
            if hasattr(part, 'segm_branch'):
                # YOLACT trains with it alone, and its published checkpoints have it under another name.
                part.segm_branch = None
        heads = [part for part in self.model.modules() if isinstance(part, FCNMaskHead)]
        for head in heads:
            head.predict_by_feat = partial(_grids, head.class_agnostic)
        self.has_grids = bool(heads)
        self.register_load_state_dict_pre_hook(partial(move_under, 'model'))

    def step(self, state: None, frames: Sequence[Frame], tracks: Instances | None
             ) -> tuple[None, list[tuple[Frame, Instances]]]:
        """Find bboxes, scores, labels and masks in every frame; see `slots.Detector`.

        Raises:
            ValueError: The model predicts no masks of instances.
        """
        images = torch.stack([frame.image for frame in frames])
        padded = tuple(images.shape[-2:])
        samples = [DetDataSample(metainfo=dict(
            img_shape=(frame.height, frame.width), ori_shape=(frame.video.height, frame.video.width),
            scale_factor=frame.scale, batch_input_shape=padded, pad_shape=padded)) for frame in frames]
        name = 'neck' if self.model.with_neck else 'backbone'
        with _outputs_of(getattr(self.model, name)) as outputs:
            predictions = self.model.predict(images, samples, rescale=not self.has_grids)
        found = []
        for index, (frame, prediction) in enumerate(zip(frames, predictions, strict=True)):
            if 'masks' not in prediction.get('pred_instances', ()):
                raise ValueError(f'MMDetDetector: {type(self.model).__name__} predicts no masks of instances')
            instances = prediction.pred_instances
            instances.labels = self.labels[instances.labels.long()]
            chosen = instances[self._chosen(instances)]
            detections = self._with_grids(chosen) if self.has_grids else _with_pixels(chosen, frame)
            maps = {name: tuple(level[index] for level in outputs[0])}
            found.append((replace(frame, features=maps), detections))
        return state, found

    def loss(self, inputs: Tensor, clips: Sequence[TrackDataSample]) -> DetectorLoss:
        """There is none.

        Raises:
            NotImplementedError: Always.
        """
        raise NotImplementedError('MMDetDetector is not trained here: train the model with mmdet and load its '
                                  'checkpoint, or use MaskRCNNDetector')

    def _chosen(self, instances: InstanceData) -> Tensor:
        """Rows that are kept, in their order."""
        return ((instances.labels >= 0) & (instances.scores >= self.min_score)).nonzero()[:, 0]

    def _with_grids(self, found: InstanceData) -> Instances:
        bboxes = found.bboxes.float()
        return Instances(bboxes=bboxes, scores=found.scores.float(), labels=found.labels,
                         masks=BoxMasks(found.masks.float(), bboxes, self.model.test_cfg.rcnn.mask_thr_binary))


def _with_pixels(found: InstanceData, frame: Frame) -> Instances:
    """Detections whose masks are (N, H, W) bool in original pixels; those without a pixel are left out."""
    # RTMDet rounds the size of the frame itself and may stop one short, or one beyond.
    rows_short, columns_short = (max(size - got, 0) for size, got in zip(
        (frame.video.height, frame.video.width), found.masks.shape[1:], strict=True))
    masks = F.pad(found.masks.bool(), (0, columns_short, 0, rows_short))[:, :frame.video.height, :frame.video.width]
    tight = tight_boxes(masks).long()
    rows = (tight[:, 2] > 0).nonzero()[:, 0]
    found, masks, tight = found[rows], masks[rows], tight[rows]
    # SOLO and SOLOv2 predict no boxes.
    sides = found.bboxes[:, 2:] - found.bboxes[:, :2]
    bboxes = torch.where((sides > 0).all(1, keepdim=True), found.bboxes, tight.to(found.bboxes))
    return Instances(bboxes=bboxes.float() * bboxes.new_tensor([*frame.scale, *frame.scale]),
                     scores=found.scores.float(), labels=found.labels, masks=RLEMasks.from_pixels(masks, tight))


def _grids(class_agnostic: bool, mask_preds: Sequence[Tensor], results_list: list[InstanceData],
           batch_img_metas: list[dict], rcnn_test_cfg: dict, rescale: bool = False, activate_map: bool = False
           ) -> list[InstanceData]:
    """`FCNMaskHead.predict_by_feat` without the paste: masks are probabilities (N, h, w) over each box."""
    for results, logits in zip(results_list, mask_preds, strict=True):
        labels = torch.zeros_like(results.labels) if class_agnostic else results.labels
        grids = logits[torch.arange(len(labels), device=labels.device), labels]
        results.masks = grids if activate_map else grids.sigmoid()
    return results_list


@contextmanager
def _outputs_of(part: nn.Module) -> Iterator[list]:
    """Whatever a part of the model puts out meanwhile."""
    outputs = []
    hook = part.register_forward_hook(lambda part, inputs, output: outputs.append(output))
    try:
        yield outputs
    finally:
        hook.remove()


def _labels(own: Sequence[str], class_map: Mapping[str, str] | None, classes: Sequence[str]) -> list[int]:
    """The new label of each of the model's own classes, -1 for those that are dropped."""
    given = {name: name for name in classes} if class_map is None else class_map
    missing = [name for name in given if name not in ('*', *own)]
    unknown = sorted({name for name in given.values() if name not in classes})
    if missing:
        raise ValueError(f'MMDetDetector: the model knows no {missing}; it knows {list(own)}')
    if unknown:
        raise ValueError(f'MMDetDetector: class_map makes {unknown}, which are not among the classes {list(classes)}')
    return new_labels(own, new_names(own, given), classes)
