"""YOLACT in the detector slot, built of mmdet's backbone, neck and heads."""

from collections.abc import Sequence
from dataclasses import replace

import torch
import torch.nn.functional as F
from mmdet.structures import DetDataSample, TrackDataSample
from mmengine.config import ConfigDict
from mmengine.structures import InstanceData
from torch import Tensor, nn

from mmvist.models.dense_truth import padded_masks
from mmvist.models.detectors.base import DetectorLoss, FrameDetector, frames_in, matched_regions, objects_of
from mmvist.models.detectors.fast_nms import fast_nms
from mmvist.registry import MODELS
from mmvist.structures.frames import Frame
from mmvist.structures.instances import Instances
from mmvist.structures.map_masks import MapMasks


@MODELS.register_module()
class YOLACTDetector(FrameDetector):
    """Frame-by-frame YOLACT (Bolya et al. 2019), with what RGNNVIS (Johnander et al. 2021) reads of it.

    Its parts carry mmdet's names, so mmdet's YOLACT checkpoints load with the prefix `detector.`. Detections have the
    raw class `logits`, the background's last, and masks as raw logits of whole frames; a frame has the maps of
    `backbone` and `neck`. Detections are told apart by overlap alone, whatever their classes.

    Args:
        backbone: Config of the backbone.
        neck: Config of the neck.
        bbox_head: Config of a `YOLACTHead` of mmdet.
        mask_head: Config of a `YOLACTProtonet` of mmdet.
        train_cfg: As in mmdet.
        test_cfg: `nms_pre`, most boxes that are compared; `min_score`, in 0..1, of a detection's best class;
            `nms_iou`, largest overlap with a better one; `max_per_img`.
        dropout: Share of the backbone's channels that are left out in training (RGNNVIS, 3.6).
        init_cfg: Initial weights.
    """

    def __init__(self, backbone: dict, neck: dict, bbox_head: dict, mask_head: dict, train_cfg: dict, test_cfg: dict,
                 dropout: float = 0.0, init_cfg: dict | None = None) -> None:
        super().__init__(init_cfg=init_cfg)
        self.test_cfg = ConfigDict(test_cfg)
        self.backbone, self.neck = MODELS.build(backbone), MODELS.build(neck)
        self.bbox_head = MODELS.build({**bbox_head, 'train_cfg': ConfigDict(train_cfg), 'test_cfg': self.test_cfg})
        self.mask_head = MODELS.build(mask_head)
        self.dropout = nn.Dropout2d(dropout)

    def extract(self, images: Tensor) -> tuple[Tensor, ...]:
        """Maps of the neck (B, C, h, w) from fine to coarse of images (B, 3, H, W)."""
        return self._maps(images)['neck']

    def extract_clips(self, inputs: Tensor) -> tuple[Tensor, ...]:
        """Maps of the neck (N * T, C, h, w) of N clips (N, T, 3, H, W)."""
        return self.extract(inputs.flatten(0, 1))

    def _maps(self, images: Tensor) -> dict[str, tuple[Tensor, ...]]:
        levels = tuple(self.dropout(level) for level in self.backbone(images))
        return {'backbone': levels, 'neck': tuple(self.neck(levels))}

    def step(self, state: None, frames: Sequence[Frame], tracks: Instances | None
             ) -> tuple[None, list[tuple[Frame, Instances]]]:
        """Find bboxes, scores, labels, logits and masks in every frame; see `slots.Detector`."""
        maps = self._maps(torch.stack([frame.image for frame in frames]))
        logits, deltas, coefficients = (_flat(levels, size) for levels, size in zip(
            self.bbox_head(maps['neck']), (self.bbox_head.cls_out_channels, 4, self.bbox_head.num_protos), strict=True))
        prototypes = self.mask_head.protonet(maps['neck'][0])
        priors = self._priors(maps['neck'])
        found = []
        for index, frame in enumerate(frames):
            here = {name: tuple(level[index] for level in levels) for name, levels in maps.items()}
            kept, bboxes, scores = self._keep(logits[index].float(), deltas[index].float(), priors, frame)
            masks = torch.einsum('nc,chw->nhw', coefficients[index, kept].float(), prototypes[index].float())
            classes = logits[index, kept].float()
            found.append((replace(frame, features=here), Instances(
                bboxes=bboxes, scores=scores, labels=classes[:, :-1].argmax(1), logits=classes,
                masks=MapMasks(masks, bboxes, frame.image.shape[-1] / masks.shape[-1]))))
        return state, found

    def _keep(self, logits: Tensor, deltas: Tensor, priors: Tensor, frame: Frame) -> tuple[Tensor, Tensor, Tensor]:
        """Which of A anchors are detections, and their boxes and scores, best first."""
        scores = logits[:, :-1].amax(1).sub(logits.logsumexp(1)).exp()
        best = scores.topk(min(self.test_cfg.nms_pre, len(scores))).indices
        best = best[scores[best] > self.test_cfg.min_score]
        bboxes = self.bbox_head.bbox_coder.decode(priors[best], deltas[best], max_shape=(frame.height, frame.width))
        # What lies in the padding is clipped to nothing.
        some = (bboxes[:, 2:] > bboxes[:, :2]).all(1)
        best, bboxes = best[some], bboxes[some]
        rows = fast_nms(bboxes, scores[best], self.test_cfg.nms_iou, self.test_cfg.max_per_img)
        return best[rows], bboxes[rows], scores[best[rows]]

    def _priors(self, levels: Sequence[Tensor]) -> Tensor:
        return torch.cat(self.bbox_head.prior_generator.grid_priors([level.shape[-2:] for level in levels],
                                                                    device=levels[0].device))

    def loss(self, inputs: Tensor, clips: Sequence[TrackDataSample]) -> DetectorLoss:
        """Train on the key frames of a batch of clips: YOLACT's losses of classes, boxes, masks and segmentation.

        Args:
            inputs: (N, T, 3, H, W) network input.
            clips: N clips of T frames with `gt_instances` (bboxes, labels, masks, ids) and `key`.

        Returns:
            The losses; regions are the boxes that anchors of objects predict.
        """
        samples = list(frames_in(clips))
        key = [index for index, sample in enumerate(samples) if sample.key]
        if not key:
            raise ValueError('YOLACTDetector: no frame of the batch is key, there is nothing to train on; the clip '
                             'sampler decides which are')
        maps = self._maps(inputs.flatten(0, 1))
        levels = maps['neck'] if len(key) == len(samples) else tuple(level[key] for level in maps['neck'])
        trained = [samples[index] for index in key]
        padded = tuple(inputs.shape[-2:])
        outputs = self.bbox_head(levels)
        losses = self.bbox_head.loss_by_feat(
            *outputs, [sample.gt_instances for sample in trained],
            [{**sample.metainfo, 'pad_shape': padded} for sample in trained],
            [sample.ignored_instances for sample in trained])
        positives = self.bbox_head.get_positive_infos()
        # They hold the graph of the step.
        self.bbox_head._raw_positive_infos.clear()
        masks = [padded_masks(sample.gt_instances.masks, padded, inputs.device) for sample in trained]
        losses.update(self._mask_losses(levels[0], positives, masks, trained, inputs.shape[-1]))

        objects = [objects_of(sample) for sample in samples]
        regions = [None] * len(samples)
        deltas, priors = _flat(outputs[1], 4).detach().float(), self._priors(levels)
        for index, some, delta in zip(key, positives, deltas, strict=True):
            bboxes = self.bbox_head.bbox_coder.decode(priors[some.pos_inds], delta[some.pos_inds],
                                                      max_shape=samples[index].img_shape[:2])
            regions[index] = matched_regions(bboxes, some.pos_assigned_gt_inds, objects[index])
        return DetectorLoss(losses, maps, regions, objects)

    def _mask_losses(self, level: Tensor, positives: Sequence[InstanceData], masks: Sequence[Tensor],
                     samples: Sequence[DetDataSample], width: int) -> dict[str, Tensor]:
        """Losses of prototypes and coefficients, and of the segmentation that only training has.

        mmdet stretches the truth of an image to the padded input, and counts classes from one in the segmentation.

        Args:
            level: Finest map of the neck (B, C, h, w).
            positives: The anchors of objects in each image, as mmdet's head tells them.
            masks: Masks (O, H, W) bool of each image's objects.
            samples: The images.
            width: Columns of the network input.
        """
        prototypes = self.mask_head.protonet(level)
        stride = width / prototypes.shape[-1]
        sums = []
        for some, objects, prototype in zip(positives, masks, prototypes, strict=True):
            chosen, weight = self._trained_masks(len(some.coeffs), level.device)
            logits = torch.einsum('nc,chw->nhw', some.coeffs[chosen], prototype)
            targets = _resized(objects, prototypes.shape[-2:])[some.pos_assigned_gt_inds[chosen]]
            column = MapMasks(logits, some.bboxes[chosen], stride)
            # YOLACT crops by the truth, a cell wider at each side, and counts all boxes alike, whatever their size.
            inside = replace(column, bboxes=column.bboxes + column.bboxes.new_tensor([-1, -1, 1, 1]) * stride)
            pixels = F.binary_cross_entropy_with_logits(logits, targets.to(logits.dtype), reduction='none')
            sides = (column.bboxes[:, 2:] - column.bboxes[:, :2]) / stride
            sums.append(weight * ((pixels * inside.box_masks()).sum((1, 2)) / sides.prod(1).clamp(min=1)).sum())
        count = max(sum(len(some.coeffs) for some in positives), 1)
        return {'loss_mask': self.mask_head.loss_mask_weight * torch.stack(sums).sum() / count,
                'loss_segm': self._segmentation_loss(level, masks, samples)}

    def _trained_masks(self, count: int, device: torch.device) -> tuple[Tensor | slice, float]:
        """Which of an image's positives train the masks, and how much each of them counts for others."""
        most = self.mask_head.max_masks_to_train
        if count <= most:
            return slice(None), 1.0
        return torch.randperm(count, device=device)[:most], count / most

    def _segmentation_loss(self, level: Tensor, masks: Sequence[Tensor], samples: Sequence[DetDataSample]) -> Tensor:
        logits = self.mask_head.segm_branch(level)
        targets = torch.zeros_like(logits)
        for target, objects, sample in zip(targets, masks, samples, strict=True):
            small = _resized(objects, logits.shape[-2:])
            # Written one object after another: `index_put` would not take the union of those of one class.
            for label, mask in zip(sample.gt_instances.labels.tolist(), small, strict=True):
                target[label] = torch.maximum(target[label], mask.to(target.dtype))
        return self.mask_head.loss_segm(logits, targets, avg_factor=logits[:, 0].numel())


def _flat(levels: Sequence[Tensor], size: int) -> Tensor:
    """What a head tells of each anchor (B, A, size), from maps (B, anchors * size, h, w) of all levels."""
    return torch.cat([level.permute(0, 2, 3, 1).flatten(1).unflatten(1, (-1, size)) for level in levels], dim=1)


def _resized(masks: Tensor, size: tuple[int, int]) -> Tensor:
    """Masks (O, H, W) bool at another size, bool."""
    if len(masks) == 0:
        return masks.new_zeros(0, *size)
    return F.interpolate(masks[None].float(), size, mode='bilinear', align_corners=False)[0] > 0.5
