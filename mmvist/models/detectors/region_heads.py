"""What mmdet's RoI heads are trained on, and what they say of given boxes."""

from collections.abc import Sequence
from dataclasses import dataclass

import torch
from mmdet.models.roi_heads import StandardRoIHead
from mmdet.models.task_modules import SamplingResult
from mmdet.structures import DetDataSample
from mmdet.structures.bbox import bbox2roi
from mmengine.structures import InstanceData
from torch import Tensor

from mmvist.models.detectors.mask_targets import mask_targets
from mmvist.structures.masks import BoxMasks

Features = tuple[Tensor, ...]
# What is read inside the boxes of one image: masks, and maybe features.
Columns = dict[str, BoxMasks | Tensor]


@dataclass(frozen=True, eq=False)
class HeadsLoss:
    """A RoI head's training on B images.

    Attributes:
        losses: `loss_cls`, `loss_bbox`, `acc`, `loss_mask`.
        sampled: The regions of each image, as mmdet samples them.
        columns: What is known inside the positive ones.
    """

    losses: dict[str, Tensor]
    sampled: list[SamplingResult]
    columns: list[Columns]


def heads_loss(roi_head: StandardRoIHead, features: Features, proposals: Sequence[InstanceData],
               samples: Sequence[DetDataSample]) -> HeadsLoss:
    """Train a RoI head on proposals (`bboxes`) of B images; box and mask head see the same regions."""
    sampled = [_sample(roi_head, proposal, sample) for proposal, sample in zip(proposals, samples, strict=True)]
    box = roi_head.bbox_loss(features, sampled)
    mask, columns = _mask_loss(roi_head, features, sampled, box['bbox_feats'],
                               [sample.gt_instances for sample in samples])
    return HeadsLoss({**box['loss_bbox'], **mask}, sampled, columns)


def read_boxes(roi_head: StandardRoIHead, features: Features, boxes: Sequence[Tensor], labels: Sequence[Tensor]
               ) -> list[Columns]:
    """Masks, and maybe features, inside boxes (N_b, 4) of classes (N_b,) of each of B images."""
    threshold = roi_head.test_cfg.mask_thr_binary
    answer = roi_head._mask_forward(features, bbox2roi(list(boxes)))
    logits, classes = answer['mask_preds'], torch.cat(list(labels))
    if roi_head.mask_head.class_agnostic:
        classes = torch.zeros_like(classes)
    grids = logits[torch.arange(len(classes), device=classes.device), classes].float().sigmoid()
    counts = [len(part) for part in boxes]
    pooled = _pooled(roi_head, answer['mask_feats'], counts)
    return [{'masks': BoxMasks(grid, box.float(), threshold), **more}
            for grid, box, more in zip(grids.split(counts), boxes, pooled, strict=True)]


def _sample(roi_head: StandardRoIHead, proposals: InstanceData, sample: DetDataSample) -> SamplingResult:
    """The regions that box, mask and embedding all train on."""
    priors = InstanceData(priors=proposals.bboxes)
    assigned = roi_head.bbox_assigner.assign(priors, sample.gt_instances, sample.ignored_instances)
    return roi_head.bbox_sampler.sample(assigned, priors, sample.gt_instances)


def _mask_loss(roi_head: StandardRoIHead, features: Features, sampled: list[SamplingResult], box_features: Tensor,
               truth: list[InstanceData]) -> tuple[dict[str, Tensor], list[Columns]]:
    """Losses of the mask head, and the columns that go with its regions, image by image."""
    regions = [result.pos_priors for result in sampled]
    if roi_head.share_roi_extractor:
        positive = torch.cat([torch.arange(len(result.priors)) < len(result.pos_priors) for result in sampled])
        answer = roi_head._mask_forward(features, pos_inds=positive.to(box_features.device), bbox_feats=box_features)
    else:
        answer = roi_head._mask_forward(features, bbox2roi(regions))
    head, logits = roi_head.mask_head, answer['mask_preds']
    size, threshold = roi_head.train_cfg.mask_size, roi_head.test_cfg.mask_thr_binary
    targets = [mask_targets(region, result.pos_assigned_gt_inds, objects.masks, size)
               for region, result, objects in zip(regions, sampled, truth, strict=True)]
    labels = torch.cat([result.pos_gt_labels for result in sampled])
    labels = torch.zeros_like(labels) if head.class_agnostic else labels
    loss = head.loss_mask(logits, torch.cat(targets), labels) if len(labels) else logits.sum()
    pooled = _pooled(roi_head, answer['mask_feats'], [len(region) for region in regions])
    return {'loss_mask': loss}, [{'masks': BoxMasks(grids, region, threshold), **more}
                                 for grids, region, more in zip(targets, regions, pooled, strict=True)]


def _pooled(roi_head: StandardRoIHead, region_maps: Tensor, counts: list[int]) -> list[dict[str, Tensor]]:
    """The column `region_features` of each image's regions, of maps (sum of counts, C, h, w)."""
    if not roi_head.with_shared_head:
        return [{} for _ in counts]
    return [{'region_features': part} for part in region_maps.mean((2, 3)).split(counts)]
