"""Mask R-CNN in the detector slot, built of mmdet's backbone, neck and heads."""

from collections.abc import Sequence
from dataclasses import replace

import torch
from mmdet.structures import DetDataSample, TrackDataSample
from mmengine.config import ConfigDict
from mmengine.structures import InstanceData
from torch import Tensor

from mmvist.models.abn import use_in_place_abn
from mmvist.models.detectors.base import DetectorLoss, FrameDetector, frames_in, matched_regions, objects_of
from mmvist.models.detectors.region_heads import heads_loss, read_boxes
from mmvist.registry import MODELS
from mmvist.structures.frames import Frame
from mmvist.structures.instances import Instances


@MODELS.register_module()
class MaskRCNNDetector(FrameDetector):
    """Frame-by-frame Mask R-CNN (He et al. 2017).

    Its parts carry mmdet's names, so mmdet's Mask R-CNN checkpoints load with the prefix `detector.`. Where the RoI
    head has a shared head, detections and regions carry `region_features`.

    Args:
        backbone: Config of the backbone.
        neck: Config of the neck; `None` hands on the backbone's maps.
        rpn_head: Config of the proposal head; its labels are class-agnostic.
        roi_head: Config of a `StandardRoIHead`.
        train_cfg: `rpn`, `rpn_proposal` and `rcnn` as in mmdet.
        test_cfg: `rpn` and `rcnn` as in mmdet.
        init_cfg: Initial weights.
        in_place_abn: Save memory in training, in all but the RoI head; see `use_in_place_abn`.
    """

    def __init__(self, backbone: dict, neck: dict | None, rpn_head: dict, roi_head: dict, train_cfg: dict,
                 test_cfg: dict, init_cfg: dict | None = None, in_place_abn: bool = False) -> None:
        super().__init__(init_cfg=init_cfg)
        self.train_cfg, self.test_cfg = ConfigDict(train_cfg), ConfigDict(test_cfg)
        self.backbone = MODELS.build(backbone)
        self.neck = None if neck is None else MODELS.build(neck)
        self.rpn_head = MODELS.build({**rpn_head, 'num_classes': 1, 'train_cfg': self.train_cfg.rpn,
                                      'test_cfg': self.test_cfg.rpn})
        # mmdet builds the heads inside, some of which may be ours.
        self.roi_head = MODELS.build({**roi_head, 'train_cfg': self.train_cfg.rcnn, 'test_cfg': self.test_cfg.rcnn,
                                      '_scope_': 'mmvist'})
        early = [part for part in (self.backbone, self.neck, self.rpn_head) if part is not None]
        if in_place_abn and not sum(map(use_in_place_abn, early)):
            raise ValueError('MaskRCNNDetector: in_place_abn finds no batch norm with a leaky ReLU; it is for parts of '
                             'mmvist/models/abn')

    def extract(self, images: Tensor) -> tuple[Tensor, ...]:
        """Feature maps (B, C, h, w) from fine to coarse of images (B, 3, H, W)."""
        levels = self.backbone(images)
        return levels if self.neck is None else self.neck(levels)

    def extract_clips(self, inputs: Tensor) -> tuple[Tensor, ...]:
        """Feature maps (N * T, C, h, w) of N clips (N, T, 3, H, W)."""
        return self.extract(inputs.flatten(0, 1))

    def loss(self, inputs: Tensor, clips: Sequence[TrackDataSample]) -> DetectorLoss:
        """Train on the key frames of a batch of clips.

        Args:
            inputs: (N, T, 3, H, W) network input.
            clips: N clips of T frames with `gt_instances` (bboxes, labels, masks, ids) and `key`.
        """
        samples = list(frames_in(clips))
        key = [index for index, sample in enumerate(samples) if sample.key]
        if not key:
            raise ValueError('MaskRCNNDetector: no frame of the batch is key, there is nothing to train on; the clip '
                             'sampler decides which are')
        features = self.extract_clips(inputs)
        key_features = features if len(key) == len(samples) else tuple(level[key] for level in features)
        losses, proposals = self._rpn_loss(key_features, [samples[index] for index in key], inputs.shape[-2:])
        trained = heads_loss(self.roi_head, key_features, proposals, [samples[index] for index in key])
        losses.update(trained.losses)

        objects = [objects_of(sample) for sample in samples]
        regions = [None] * len(samples)
        for index, result, columns in zip(key, trained.sampled, trained.columns, strict=True):
            regions[index] = matched_regions(result.pos_priors, result.pos_assigned_gt_inds,
                                             objects[index]).replace(**columns)
        return DetectorLoss(losses, {'neck': features}, regions, objects)

    def _rpn_loss(self, features: tuple[Tensor, ...], samples: list[DetDataSample],
                  padded: tuple[int, int]) -> tuple[dict, list[InstanceData]]:
        # A proposal network knows one class: object. The labels are zeroed on a copy.
        agnostic = []
        for sample in samples:
            copy = DetDataSample(metainfo={**sample.metainfo, 'pad_shape': padded})
            copy.gt_instances = InstanceData(bboxes=sample.gt_instances.bboxes,
                                             labels=torch.zeros_like(sample.gt_instances.labels))
            copy.ignored_instances = sample.ignored_instances
            agnostic.append(copy)
        return self.rpn_head.loss_and_predict(features, agnostic, proposal_cfg=self.train_cfg.rpn_proposal)

    def step(self, state: None, frames: Sequence[Frame], tracks: Instances | None
             ) -> tuple[None, list[tuple[Frame, Instances]]]:
        """Find bboxes, scores, labels and masks in every frame; see `slots.Detector`."""
        return state, self.detect(frames, self.extract(torch.stack([frame.image for frame in frames])))

    def detect(self, frames: Sequence[Frame], features: tuple[Tensor, ...]) -> list[tuple[Frame, Instances]]:
        """The frames with their features, and what is found there.

        Args:
            frames: T frames of one size.
            features: Their feature maps (T, C, h, w).
        """
        metas = [{'img_shape': (frame.height, frame.width)} for frame in frames]
        samples = [DetDataSample(metainfo=meta) for meta in metas]
        proposals = self.rpn_head.predict(features, samples, rescale=False)
        boxes = self.roi_head.predict_bbox(features, metas, proposals, self.test_cfg.rcnn, rescale=False)
        columns = read_boxes(self.roi_head, features, [box.bboxes for box in boxes], [box.labels for box in boxes])
        found = []
        for index, (frame, box, inside) in enumerate(zip(frames, boxes, columns, strict=True)):
            maps = {'neck': tuple(level[index] for level in features)}
            detections = Instances(bboxes=box.bboxes.float(), scores=box.scores.float(), labels=box.labels, **inside)
            found.append((replace(frame, features=maps), detections))
        return found
