"""VIST-VAE: Mask R-CNN and a variational autoencoder of the scene whose branches move boxes and judge them again."""

from collections.abc import Sequence
from dataclasses import dataclass, replace

import torch
import torch.nn.functional as F
from mmdet.structures import DetDataSample, TrackDataSample
from mmdet.structures.bbox import bbox2roi
from mmengine.structures import InstanceData
from torch import Tensor, nn

from mmvist.models.dense_truth import padded_masks
from mmvist.models.detectors.base import DetectorLoss, frames_in, objects_of
from mmvist.models.detectors.mask_rcnn import MaskRCNNDetector
from mmvist.models.detectors.region_heads import heads_loss, read_boxes
from mmvist.models.layers.correlated_latent import Latent
from mmvist.models.vae.matching import JoinedBoxes, join_boxes, suppress
from mmvist.models.vae.observation import category_map, perturbed_masks
from mmvist.registry import MODELS
from mmvist.structures.frames import Frame
from mmvist.structures.instances import Instances

Features = tuple[Tensor, ...]
PREDICTIONS = ('next_frame', 'proposals', 'correlation')


@dataclass(frozen=True, eq=False)
class VAEState:
    """What lives between two frames of a video.

    Attributes:
        image: (3, H, W) the last frame's input; `None` before the first.
        ids: (P,) int64, tracks whose boxes were proposed in the last frame; `None` before the first, and so below.
        bboxes: (P, 4) xyxy pixels of the input, where they were proposed.
        ages: (P,) int64, frames since each was last found.
    """

    image: Tensor | None = None
    ids: Tensor | None = None
    bboxes: Tensor | None = None
    ages: Tensor | None = None


@MODELS.register_module()
class VAEMaskRCNNDetector(MaskRCNNDetector):
    """Mask R-CNN with a variational autoencoder of three decoders (VIST-VAE, CVPR 2020).

    An encoder sees the frame, the last one, and where objects were. Of its latents one decoder makes the next frame, so
    that they tell what moves; another one moves the last frame's boxes into this one, with their identities; the third,
    joined by Mask R-CNN's features, judges these boxes and those that Mask R-CNN finds. Its detections carry
    `inherited`.

    Args:
        backbone: See `MaskRCNNDetector`.
        neck: See `MaskRCNNDetector`; its maps from stride 4 on are joined with the encoder's.
        rpn_head: See `MaskRCNNDetector`.
        roi_head: See `MaskRCNNDetector`.
        encoder: Config of the encoder.
        latent: Config of the latents.
        proposal_decoder: Config of the decoder of the proposal branch.
        proposal_head: Config of its head.
        num_classes: |C|.
        train_cfg: `rpn`, `rpn_proposal` and `rcnn` as in mmdet; the augment branch's head has `rcnn`, too.
        test_cfg: `rpn` and `rcnn` as in mmdet, likewise.
        future_decoder: Config of the auxiliary branch, or `None`.
        augment_decoder: Config of the augment branch's decoder, or `None`: then Mask R-CNN's heads judge.
        augment_head: Config of its `StandardRoIHead`.
        skips: Let the encoder's maps skip the latents.
        future_weight: Weight of the squared error of the next frame.
        kl_weight: Weight of the KL divergence, averaged over latents.
        kl_warm_up: Steps of training in which that grows, by equal parts.
        category_weights: Of each class in Lambda, the map of objects that the encoder is shown; by default 1 / |C|,
            2 / |C|, and so on.
        mask_drop: Chance that a true mask is left out of what the encoder is shown.
        mask_change: Pixels by which these masks are made wider or narrower at most.
        min_iou: epsilon: a proposed and a found box that overlap by more may be one.
        min_score: Boxes that are judged lower are dropped.
        nms_iou: Of boxes of one class that overlap by more the better judged one stays; see `suppress`.
        sleep: Frames for which the box of an object that is not found is moved on.
        predicts: What is told of every frame beside its instances, to be looked at, of 'next_frame', 'proposals' and
            'correlation'; see `step`.
        image_mean: What the preprocessor took away from images, in 0..255.
        image_std: What it divided them by.
        init_cfg: Initial weights.
    """

    max_chunk = 1
    predictions = PREDICTIONS

    def __init__(self, backbone: dict, neck: dict, rpn_head: dict, roi_head: dict, encoder: dict, latent: dict,
                 proposal_decoder: dict, proposal_head: dict, num_classes: int, train_cfg: dict, test_cfg: dict,
                 future_decoder: dict | None = None, augment_decoder: dict | None = None,
                 augment_head: dict | None = None, skips: bool = True, future_weight: float = 1.0,
                 kl_weight: float = 0.01, kl_warm_up: int = 0, category_weights: Sequence[float] | None = None,
                 mask_drop: float = 0.1, mask_change: int = 5, min_iou: float = 0.5, min_score: float = 0.5,
                 nms_iou: float = 0.5, sleep: int = 5, predicts: Sequence[str] = (),
                 image_mean: Sequence[float] = (0., 0., 0.), image_std: Sequence[float] = (255., 255., 255.),
                 init_cfg: dict | None = None) -> None:
        super().__init__(backbone, neck, rpn_head, roi_head, train_cfg, test_cfg, init_cfg)
        if (augment_decoder is None) != (augment_head is None):
            raise ValueError('VAEMaskRCNNDetector: the augment branch needs both augment_decoder and augment_head')
        if {*predicts} - {*PREDICTIONS}:
            raise ValueError(f'VAEMaskRCNNDetector: predicts must be of {PREDICTIONS}, got {list(predicts)}')
        if 'next_frame' in predicts and future_decoder is None:
            raise ValueError('VAEMaskRCNNDetector: without a future_decoder no next_frame is predicted')
        self.encoder, self.latent = MODELS.build(encoder), MODELS.build(latent)
        self.proposal_decoder, self.proposal_head = MODELS.build(proposal_decoder), MODELS.build(proposal_head)
        self.future_decoder = None if future_decoder is None else MODELS.build(future_decoder)
        self.augment_decoder = None if augment_decoder is None else MODELS.build(augment_decoder)
        self.augment_head = None if augment_head is None else MODELS.build(
            {**augment_head, 'train_cfg': self.train_cfg.rcnn, 'test_cfg': self.test_cfg.rcnn, '_scope_': 'mmvist'})
        self.skips = skips
        self.future_weight, self.kl_weight, self.kl_warm_up = future_weight, kl_weight, kl_warm_up
        self.mask_drop, self.mask_change = mask_drop, mask_change
        self.min_iou, self.min_score, self.nms_iou, self.sleep = min_iou, min_score, nms_iou, sleep
        self.predicts = tuple(predicts)
        weights = [(label + 1) / num_classes for label in range(num_classes)] if category_weights is None \
            else category_weights
        if len(weights) != num_classes:
            raise ValueError(f'VAEMaskRCNNDetector: category_weights must be {num_classes} numbers, one a class, got '
                             f'{list(weights)}')
        self.register_buffer('category_weights', torch.tensor(weights, dtype=torch.float32), persistent=False)
        self.register_buffer('image_mean', torch.tensor(image_mean).view(-1, 1, 1), persistent=False)
        self.register_buffer('image_std', torch.tensor(image_std).view(-1, 1, 1), persistent=False)
        # Goes into checkpoints, so that a training that is resumed does not warm up again.
        self.register_buffer('num_steps', torch.zeros((), dtype=torch.int64))

    def loss(self, inputs: Tensor, clips: Sequence[TrackDataSample]) -> DetectorLoss:
        """Train on the middle one of three successive frames; in training mode this counts as a step of the warm-up.

        Args:
            inputs: (N, 3, 3, H, W) network input of the frames t - 1, t, t + 1.
            clips: N clips of these; at the ends of a video frame t stands for the one that is missing.

        Returns:
            The losses; there are no regions, and so nothing that an embedder could train on.
        """
        if inputs.shape[1] != 3:
            raise ValueError('VAEMaskRCNNDetector: clips must have three frames, the last, the present and the next, '
                             f'got {inputs.shape[1]}; use the clip sampler Neighbours')
        before, now, after = ([clip[t] for clip in clips] for t in range(3))
        features = self.extract(inputs[:, 1])
        losses, proposals = self._rpn_loss(features, now, inputs.shape[-2:])
        losses.update(heads_loss(self.roi_head, features, proposals, now).losses)

        maps = torch.stack([self._true_map(*pair, inputs) for pair in zip(before, now, strict=True)])
        levels = self.encoder(torch.cat([inputs[:, 1], inputs[:, 0], maps.to(inputs.dtype)], dim=1))
        latent = self.latent(levels[-1])
        z = latent.z(self.training)
        divergence = latent.kl_per_latent()
        if divergence is not None:
            losses['loss_kl'] = self._kl_weight() * divergence.mean()
        if self.future_decoder is not None:
            losses['loss_future'] = self._future_loss(self.future_decoder(z), inputs[:, 2], now, after)
        pairs = [_same_objects(*pair) for pair in zip(before, now, strict=True)]
        losses['loss_proposal'], moved = self.proposal_head.loss(
            self.proposal_decoder(z, self._joined(levels)), [first for first, _ in pairs], [last for _, last in pairs])
        if self.augment_decoder is not None:
            both = [InstanceData(bboxes=torch.cat([proposal.bboxes, boxes.to(proposal.bboxes)]))
                    for proposal, boxes in zip(proposals, moved, strict=True)]
            answers = self.augment_decoder(z, self._joined(levels, features))
            judged = heads_loss(self.augment_head, answers, both, now).losses
            losses.update({name.replace('loss_', 'loss_augment_').replace('acc', 'augment_acc'): value
                           for name, value in judged.items()})
        if self.training:
            self.num_steps += 1
        objects = [objects_of(sample) for sample in frames_in(clips)]
        return DetectorLoss(losses, {}, [None] * len(objects), objects)

    def init(self) -> VAEState:
        """No frame was seen."""
        return VAEState()

    def finish(self, state: VAEState) -> list[tuple[Frame, Instances]]:
        """Nothing is held back."""
        return []

    def step(self, state: VAEState, frames: Sequence[Frame], tracks: Instances | None
             ) -> tuple[VAEState, list[tuple[Frame, Instances]]]:
        """Find bboxes, scores, labels, masks and inherited ids in a frame; see `slots.Detector`.

        A frame's features have the maps of the neck, and what is predicted: the map `next_frame` (3, H, W), RGB of
        0..255; `proposals` (P, 5), the boxes that are looked for, pixels of the original image, and their tracks;
        `correlation` (C, G), what correlation does to the groups of each channel, see `Latent.log_ratios`.
        """
        frame, = frames
        image = frame.image[None]
        features = self.extract(image)
        size = frame.height, frame.width
        metas = [{'img_shape': size}]
        proposals = self.rpn_head.predict(features, [DetDataSample(metainfo=meta) for meta in metas], rescale=False)
        found = self.roi_head.predict_bbox(features, metas, proposals, self.test_cfg.rcnn, rescale=False)[0]
        # Half precision would move boxes by pixels.
        found = found.bboxes.float()

        last = image if state.image is None else state.image[None]
        shown = self._shown_map(tracks, frame)[None].to(image.dtype)
        levels = self.encoder(torch.cat([image, last, shown], dim=1))
        latent = self.latent(levels[-1])
        z = latent.z(False)
        ids, starts, ages = self._known(state, tracks, found)
        moved = self.proposal_head.move(self.proposal_decoder(z, self._joined(levels)), starts, size)
        boxes = join_boxes(moved, ids, ages, found, self.min_iou)
        if self.augment_decoder is None:
            detections = self._judge(self.roi_head, features, boxes, None)
        else:
            answers = self.augment_decoder(z, self._joined(levels, features))
            detections = self._judge(self.augment_head, answers, boxes, size)
        maps = {'neck': tuple(level[0] for level in features), **self._told(latent, z, moved, ids, frame)}
        # Not a part of a whole batch's images.
        return VAEState(frame.image.clone(), ids, moved, ages), [(replace(frame, features=maps), detections)]

    def _told(self, latent: Latent, z: Tensor, moved: Tensor, ids: Tensor, frame: Frame) -> dict[str, Features]:
        """What is predicted of a frame."""
        told = {}
        if 'next_frame' in self.predicts:
            told['next_frame'] = (self.future_decoder(z)[0].float() * self.image_std + self.image_mean,)
        if 'proposals' in self.predicts:
            told['proposals'] = (torch.cat([moved / moved.new_tensor([*frame.scale] * 2), ids[:, None]], dim=1),)
        if 'correlation' in self.predicts:
            ratios = latent.log_ratios()
            ratios = z.new_zeros(1, z.shape[1], 1) if ratios is None else ratios
            told['correlation'] = (ratios[0].flatten(1),)
        return told

    def _joined(self, levels: Features, features: Features | None = None) -> list[list[Tensor]]:
        """For each stride from 4 on what a decoder joins: the encoder's map, and the neck's."""
        strides = levels[1:]
        skipped = [[level] if self.skips else [] for level in strides]
        if features is None:
            return skipped
        return [[*maps, feature] for maps, feature in zip(skipped, features[:len(strides)], strict=True)]

    def _kl_weight(self) -> Tensor:
        """What a latent's divergence weighs in this step; a tensor, as a number would have a GPU waited for."""
        return self.kl_weight * ((self.num_steps + 1) / (self.kl_warm_up + 1)).clamp(max=1)

    def _true_map(self, before: DetDataSample, now: DetDataSample, inputs: Tensor) -> Tensor:
        """Lambda of a clip to train on: nothing in a video's first frame, else true masks, made somewhat wrong."""
        size = tuple(inputs.shape[-2:])
        if before.frame == now.frame:
            return inputs.new_zeros(1, *size, dtype=torch.float32)
        masks = padded_masks(before.gt_instances.masks, size, inputs.device)
        masks = perturbed_masks(masks, self.mask_drop, self.mask_change)
        return category_map(masks, before.gt_instances.labels.to(inputs.device), self.category_weights)

    def _shown_map(self, tracks: Instances | None, frame: Frame) -> Tensor:
        """Lambda of what the last frame ended with: as in results, better masks cover others."""
        size, device = tuple(frame.image.shape[-2:]), frame.image.device
        if tracks is None or len(tracks) == 0:
            return torch.zeros(1, *size, device=device)
        tracks = tracks[tracks.scores.argsort(stable=True)]
        masks = tracks.masks.on_canvas((1., 1.), frame.height, frame.width).to(device)
        shown = category_map(masks, tracks.labels.to(device), self.category_weights)
        return F.pad(shown, (0, size[1] - frame.width, 0, size[0] - frame.height))

    def _future_loss(self, predicted: Tensor, images: Tensor, now: Sequence[DetDataSample],
                     after: Sequence[DetDataSample]) -> Tensor:
        """Mean squared error of the next frame where there is one, without padding."""
        total, count = predicted.sum() * 0, 0
        for image, target, sample, following in zip(predicted, images, now, after, strict=True):
            if following.frame != sample.frame:
                height, width = sample.img_shape[:2]
                total = total + F.mse_loss(image[:, :height, :width].float(), target[:, :height, :width].float())
                count += 1
        return self.future_weight * total / max(count, 1)

    def _known(self, state: VAEState, tracks: Instances | None, like: Tensor) -> tuple[Tensor, Tensor, Tensor]:
        """Ids, boxes and ages of objects to look for: the last frame's, and those that sleep."""
        if tracks is None:
            none = torch.zeros(0, dtype=torch.int64, device=like.device)
            return none, like.new_zeros(0, 4), none
        ids, boxes = tracks.ids.to(like.device), tracks.bboxes.to(like)
        ages = torch.zeros_like(ids)
        if state.ids is not None:
            asleep = ~torch.isin(state.ids, ids) & (state.ages < self.sleep)
            ids, boxes = torch.cat([ids, state.ids[asleep]]), torch.cat([boxes, state.bboxes[asleep]])
            ages = torch.cat([ages, state.ages[asleep] + 1])
        return ids, boxes, ages

    def _judge(self, head: nn.Module, maps: Features, boxes: JoinedBoxes, size: tuple[int, int] | None) -> Instances:
        """What boxes show: those of a class, each object once; they are refined if the image's size is given."""
        answer = head._bbox_forward(maps, bbox2roi([boxes.bboxes]))
        chances = answer['cls_score'].float().softmax(1)
        # Of nothing there is no maximum.
        scores, labels = chances[:, :-1].max(1) if len(chances) else (chances.new_zeros(0), boxes.inherited)
        if size is not None:
            changes = answer['bbox_pred'].float()
            if not head.bbox_head.reg_class_agnostic:
                changes = changes.unflatten(1, (-1, 4))[torch.arange(len(changes), device=changes.device), labels]
            boxes = boxes._replace(
                bboxes=head.bbox_head.bbox_coder.decode(boxes.bboxes, changes, max_shape=size))
        # What is background rather than any class is worth nothing.
        is_object = scores >= chances[:, -1]
        kept, inherited = suppress(boxes, scores * is_object, labels, self.min_score, self.nms_iou)
        bboxes, labels = boxes.bboxes[kept], labels[kept]
        columns, = read_boxes(head, maps, [bboxes], [labels])
        return Instances(bboxes=bboxes, scores=scores[kept], labels=labels, inherited=inherited, **columns)


def _same_objects(before: DetDataSample, now: DetDataSample) -> tuple[Tensor, Tensor]:
    """Boxes (P, 4) in two frames of the objects that both show; none if there is no frame before."""
    first, last = before.gt_instances, now.gt_instances
    same = (first.ids[:, None] == last.ids) & (before.frame != now.frame)
    rows, columns = same.nonzero().unbind(1)
    return first.bboxes[rows], last.bboxes[columns]
