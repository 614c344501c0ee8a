"""OSMN's training: a mask network is learned apart from the tracker that uses it."""

from collections.abc import Sequence

import torch
from mmdet.structures import TrackDataSample
from mmengine.model import BaseModel, initialize
from torch import Tensor

from mmvist.models.dense_truth import padded_masks
from mmvist.models.osmn.guides import GuideJitter, picture
from mmvist.models.osmn.spots import find_spots, perturbed
from mmvist.registry import MODELS

# Frames of a clip: the guide, the one before the target, the target. In a clip of two the guide is the one before.
PLACES = (0, -2, -1)


@MODELS.register_module()
class OSMNTrainer(BaseModel):
    """Learns to find objects of a guide frame in another frame, told where they were just before.

    Its weights have the names that `MaskPropagation` gives them, so a checkpoint of it is that of the propagator.

    Args:
        network: Config of the mask network.
        loss: Config of the loss of logits and targets.
        turn: Largest rotation of the objects' pictures, in degrees.
        crop: Largest share of a picture that is cut off at one side.
        flip: How often a picture is mirrored.
        shift: Largest move of the place told, in deviations.
        growth: Largest change of its size; see `perturbed`.
        vgg_init_cfg: Initial weights of both VGG-16.
        data_preprocessor: Config of the preprocessor; it must be that of the detector the tracker works with.
        init_cfg: Initial weights.
    """

    def __init__(self, network: dict, loss: dict, turn: float = 10, crop: float = 0.1, flip: float = 0.5,
                 shift: float = 0.2, growth: float = 0.4, vgg_init_cfg: dict | None = None,
                 data_preprocessor: dict | None = None, init_cfg: dict | None = None) -> None:
        preprocessor = None if data_preprocessor is None else MODELS.build(data_preprocessor)
        super().__init__(data_preprocessor=preprocessor, init_cfg=init_cfg)
        self.network = MODELS.build(network)
        self.loss_mask = MODELS.build(loss)
        self.jitter = GuideJitter(turn, crop, flip)
        self.shift, self.growth, self.vgg_init_cfg = shift, growth, vgg_init_cfg

    def init_weights(self) -> None:
        """Fill both VGGs after the rest."""
        super().init_weights()
        if self.vgg_init_cfg is not None:
            for part in (self.network.vgg, self.network.visual):
                initialize(part, self.vgg_init_cfg)

    def forward(self, inputs: Tensor, data_samples: Sequence[TrackDataSample], mode: str) -> dict[str, Tensor]:
        """Train on the objects that all frames of their clip show.

        Args:
            inputs: (N, T, 3, H, W) network input; the first frame is the guide, the last one the target, and the one
                before it tells where objects were.
            data_samples: N clips of T >= 2 frames with `gt_instances` (masks, ids).
            mode: 'loss'.

        Returns:
            `loss_mask`, and for the log `iou`, the mean overlap of the masks found with the targets.

        Raises:
            ValueError: A clip is one frame, no object is in all frames of its clip, or the mode is another.
        """
        if mode != 'loss':
            raise ValueError(f'OSMNTrainer: mode must be "loss", got {mode!r}; its masks are used by the propagator '
                             'MaskPropagation of a tracker')
        if inputs.shape[1] < 2:
            raise ValueError('OSMNTrainer: a clip needs a guide and a target, got 1 frame; use the clip sampler '
                             'GuidedPair')
        owners, masks = _common_objects(data_samples, inputs.shape[-2:])
        owners, masks = owners.to(inputs.device), masks.to(inputs.device)
        if len(owners) == 0:
            raise ValueError('OSMNTrainer: no object is in all frames of its clip; the transform KeepCommonObjects '
                             'takes care of it')
        guide, before, target = masks.unbind(1)
        guides = self.network.visual(picture(inputs[owners, 0], guide, self.network.guide_size, self.jitter))
        spots = perturbed(find_spots(before), self.shift, self.growth)
        logits = self.network(inputs[:, -1], owners, guides, spots)
        return {'loss_mask': self.loss_mask(logits, target), 'iou': _mean_iou(logits > 0, target)}


def _common_objects(clips: Sequence[TrackDataSample], size: tuple[int, int]) -> tuple[Tensor, Tensor]:
    """Objects of all clips: the clip of each (M,), and masks (M, 3, H, W) bool in the frames `PLACES`."""
    owners, masks = [], []
    for number, clip in enumerate(clips):
        frames = [clip[place].gt_instances for place in PLACES]
        ids = [frame.ids.tolist() for frame in frames]
        common = set.intersection(*map(set, ids))
        owners += [number] * len(common)
        masks.append(torch.stack([
            padded_masks(frame.masks[[names.index(track) for track in common]], size, 'cpu')
            for frame, names in zip(frames, ids, strict=True)], dim=1))
    return torch.tensor(owners, dtype=torch.long), torch.cat(masks)


def _mean_iou(first: Tensor, second: Tensor) -> Tensor:
    common, union = ((first & second).sum((1, 2)), (first | second).sum((1, 2)))
    return (common / union.clamp(min=1)).mean()
