"""Embeddings of pixels in the detector slot: instances are clusters."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Any

import torch
import torch.nn.functional as F
from mmdet.structures import TrackDataSample
from mmengine.model import BaseModule
from torch import Tensor, nn

from mmvist.models.dense_truth import IGNORED, id_map
from mmvist.models.detectors.base import DetectorLoss, frames_in, objects_of
from mmvist.models.layers.view_geometry import (
    depth_from_disparity,
    inverse_motion,
    motion_from_pose,
    pixel_intrinsics,
)
from mmvist.registry import MODELS
from mmvist.structures.frames import Frame
from mmvist.structures.instances import Instances
from mmvist.structures.masks import RLEMasks, tight_boxes
from mmvist.structures.nearest import nearest

TASKS = ('foreground', 'embedding', 'depth')
PREDICTIONS = ('foreground', 'depth', 'motion')


@dataclass(frozen=True, eq=False)
class EmbeddingState:
    """What lives between two frames of a video.

    Attributes:
        temporal: Past activations of the temporal model; `None` before the first frame.
        grouping: What the grouping keeps of past frames.
        image: (3, H, W) the last frame's, where motion is predicted.
    """

    temporal: tuple[Tensor, ...] | None
    grouping: Any
    image: Tensor | None = None


@MODELS.register_module()
class PixelEmbeddingDetector(BaseModule):
    """A causal network that gives every pixel an embedding; those of one object are close, over space and time.

    Of the foreground's pixels, groups are instances, whose mean embeddings trackers compare ("Learning a
    spatio-temporal embedding for video instance segmentation", 2020). Depth and the camera's motion are learned beside,
    from the video alone, and are not needed afterwards.

    Args:
        encoder: Config of the encoder of frames.
        decoder: Config of the decoder of embeddings.
        foreground: Config of what tells the foreground.
        grouping: Config of what makes groups of pixels, or `None` while there is nothing to group them by.
        temporal_model: Config of the temporal model, or `None` for frames by themselves.
        depth_decoder: Config of the decoder of disparities, where depth is learned.
        pose_network: Config of the pose network, likewise.
        embedding_loss: Config of the loss of embeddings.
        depth_loss: Config of the loss of view synthesis.
        intrinsics: The camera's focal lengths and principal point (fx, fy, cx, cy), in widths and heights of the image.
        image_mean: What the preprocessor took away from images, in 0..255.
        image_std: What it divided them by.
        tasks: What is learned, of 'foreground', 'embedding' and 'depth'; parts that none of them needs stay as they
            are. The foreground is trained first, by itself.
        predicts: What is told of every frame beside its instances, to be measured or looked at, of
            'foreground', 'depth' and 'motion'.
        min_area: Smaller groups, in pixels of the network input, are no instances.
        init_cfg: Initial weights.
    """

    max_chunk = None
    predictions = PREDICTIONS

    def __init__(self, encoder: dict, decoder: dict, foreground: dict, grouping: dict | None = None,
                 temporal_model: dict | None = None, depth_decoder: dict | None = None,
                 pose_network: dict | None = None, embedding_loss: dict | None = None, depth_loss: dict | None = None,
                 intrinsics: Sequence[float] | None = None, image_mean: Sequence[float] = (0., 0., 0.),
                 image_std: Sequence[float] = (255., 255., 255.), tasks: Sequence[str] = ('embedding', 'depth'),
                 predicts: Sequence[str] = (), min_area: int = 200, init_cfg: dict | None = None) -> None:
        super().__init__(init_cfg=init_cfg)
        if not tasks or {*tasks} - {*TASKS}:
            raise ValueError(f'PixelEmbeddingDetector: tasks must be of {TASKS}, got {list(tasks)}')
        if {*predicts} - {*PREDICTIONS}:
            raise ValueError(f'PixelEmbeddingDetector: predicts must be of {PREDICTIONS}, got {list(predicts)}')
        if {'depth', 'motion'} & {*tasks, *predicts} and None in (depth_decoder, pose_network, depth_loss, intrinsics):
            raise ValueError('PixelEmbeddingDetector: depth needs a depth_decoder, a pose_network, a depth_loss and '
                             'intrinsics')
        if 'embedding' in tasks and embedding_loss is None:
            raise ValueError('PixelEmbeddingDetector: embeddings need an embedding_loss')

        def built(part: dict | None) -> Any:
            return None if part is None else MODELS.build(part)

        self.encoder, self.temporal_model, self.decoder = built(encoder), built(temporal_model), built(decoder)
        self.depth_decoder, self.pose_network = built(depth_decoder), built(pose_network)
        self.embedding_loss, self.depth_loss = built(embedding_loss), built(depth_loss)
        self.foreground, self.grouping = built(foreground), built(grouping)
        self.tasks, self.predicts, self.min_area = tuple(tasks), tuple(predicts), min_area
        if intrinsics is not None:
            fx, fy, cx, cy = intrinsics
            self.register_buffer('intrinsics', torch.tensor([[fx, 0, cx], [0, fy, cy], [0, 0, 1]]), persistent=False)
        self.register_buffer('image_mean', torch.tensor(image_mean).view(-1, 1, 1), persistent=False)
        self.register_buffer('image_std', torch.tensor(image_std).view(-1, 1, 1), persistent=False)
        # As kernels read weights fastest: a step of training takes a fifth less on a CPU.
        self.to(memory_format=torch.channels_last)
        for part in self._untrained():
            part.requires_grad_(False)

    def train(self, mode: bool = True) -> 'PixelEmbeddingDetector':
        """Set the mode of all parts that are trained."""
        super().train(mode)
        for part in self._untrained():
            part.eval()
        return self

    @property
    def first_frame(self) -> int:
        """The first frame of a window that has seen all that it depends on."""
        return 0 if self.temporal_model is None else self.temporal_model.receptive_field - 1

    def init(self) -> EmbeddingState:
        """State before a video's first frame."""
        return EmbeddingState(None, None if self.grouping is None else self.grouping.init())

    def finish(self, state: EmbeddingState) -> list[tuple[Frame, Instances]]:
        """Nothing is held back."""
        return []

    def step(self, state: EmbeddingState, frames: Sequence[Frame], tracks: Instances | None
             ) -> tuple[EmbeddingState, list[tuple[Frame, Instances]]]:
        """Find bboxes, scores, labels, masks and mean embeddings in every frame; see `slots.Detector`.

        A frame's features have the map `embedding`, and what is predicted: the maps `foreground`, (1, H, W), chances
        of 0..1, and `depth`, (1, H, W), whose unit is not known, and `motion`, (4, 4), from the camera's axes of the
        frame before to those of this one, in that unit.
        """
        images = torch.stack([frame.image for frame in frames])
        maps, skips = self.encoder(images)
        temporal = state.temporal
        if self.temporal_model is not None:
            temporal, maps = self.temporal_model.step(temporal, maps)
        embeddings = self.decoder(maps, skips)[0].float()
        features = {'embedding': embeddings}
        if 'depth' in self.predicts:
            disparity = self.depth_decoder(maps, skips)[0].float().sigmoid()
            features['depth'] = depth_from_disparity(disparity, *self.depth_loss.depth_range)
        if 'motion' in self.predicts:
            before = images[:1] if state.image is None else state.image[None]
            features['motion'] = motion_from_pose(self.pose_network(torch.cat([before, images[:-1]]), images))
        chances = self.foreground(images, frames).float()
        if 'foreground' in self.predicts:
            features['foreground'] = chances[:, None]
        grouping, found = state.grouping, []
        for index, frame in enumerate(frames):
            frame = replace(frame, features={name: (values[index],) for name, values in features.items()})
            grouping, detections = self._group(grouping, embeddings[index], chances[index], frame)
            found.append((frame, detections))
        return EmbeddingState(temporal, grouping, images[-1].clone() if 'motion' in self.predicts else None), found

    def _group(self, grouping: Any, embedding: Tensor, chances: Tensor, frame: Frame) -> tuple[Any, Instances]:
        """The instances of a frame, from embeddings (E, H, W) and chances (H, W) of the foreground."""
        inside = chances > 0.5
        inside[frame.height:], inside[:, frame.width:] = False, False
        embeds = embedding[:, inside].T
        if self.grouping is None:
            labels = torch.full_like(embeds[:, 0], -1, dtype=torch.int64)
        else:
            grouping, labels = self.grouping.step(grouping, embeds, inside, frame)
        groups, rows = labels.unique(return_inverse=True)
        areas = rows.bincount(minlength=len(groups))
        kept = ((areas >= self.min_area) & (groups >= 0)).nonzero()[:, 0]
        numbers = torch.full((len(groups),), -1, device=rows.device)
        numbers[kept] = torch.arange(len(kept), device=rows.device)
        rows = numbers[rows]
        chosen = rows >= 0

        def mean(values: Tensor) -> Tensor:
            sums = values.new_zeros(len(kept), *values.shape[1:]).index_add(0, rows[chosen], values[chosen])
            return sums / areas[kept].view(-1, *[1] * (values.dim() - 1)).clamp(min=1)

        of_pixels = torch.full(inside.shape, -1, device=rows.device)
        of_pixels[inside] = rows
        masks = of_pixels == torch.arange(len(kept), device=rows.device)[:, None, None]
        return grouping, Instances(
            bboxes=tight_boxes(masks), scores=mean(chances[inside]), labels=torch.zeros_like(kept), embeds=mean(embeds),
            masks=_at_original_size(of_pixels, len(kept), frame))

    def loss(self, inputs: Tensor, clips: Sequence[TrackDataSample]) -> DetectorLoss:
        """Train on windows of successive frames.

        Args:
            inputs: (N, T, 3, H, W) network input.
            clips: N clips of T frames with `gt_instances` (masks, ids).

        Returns:
            The losses of the tasks; there are no regions.
        """
        samples = list(frames_in(clips))
        size = tuple(inputs.shape[-2:])
        losses: dict[str, Tensor] = {}
        ids = None
        if {'foreground', 'embedding'} & {*self.tasks}:
            ids = torch.stack([id_map(sample, size, inputs.device) for sample in samples])
        if 'foreground' in self.tasks:
            losses['loss_foreground'] = self.foreground.loss(inputs.flatten(0, 1), ids, IGNORED)
        if {'embedding', 'depth'} & {*self.tasks}:
            features = self._features(inputs)
            if 'embedding' in self.tasks:
                embeddings = _decoded(self.decoder, features, self.first_frame, inputs.shape[1])[0]
                truth = ids.unflatten(0, inputs.shape[:2])[:, self.first_frame:]
                losses.update(self.embedding_loss(embeddings.float(), truth))
            if 'depth' in self.tasks:
                padded = [sample.img_shape for sample in samples if tuple(sample.img_shape[:2]) != size]
                if padded:
                    raise ValueError('PixelEmbeddingDetector: depth is learned from images without padding, got one of '
                                     f'{padded[0][0]}x{padded[0][1]} (HxW) padded to {size[0]}x{size[1]}; resize to '
                                     'sides that the size_divisor of the preprocessor divides')
                losses['loss_depth'] = self._depth_loss(inputs, features)
        return DetectorLoss(losses, {}, [None] * len(samples), [objects_of(sample) for sample in samples])

    def _untrained(self) -> list[nn.Module]:
        """The parts that no task needs."""
        shared = (self.encoder, self.temporal_model)
        trained = {'foreground': (self.foreground,), 'embedding': (*shared, self.decoder),
                   'depth': (*shared, self.depth_decoder, self.pose_network)}
        needed = [part for task in self.tasks for part in trained[task]]
        return [part for part in self.children() if not any(part is other for other in needed)]

    def _features(self, inputs: Tensor) -> list[Tensor]:
        """Maps (N, T, ...) of the frames of windows, and the maps that skip the temporal model.

        Frames that no task looks at are not encoded, and left zero.
        """
        num_frames = inputs.shape[1]
        used = slice(0, num_frames)
        if 'embedding' not in self.tasks:
            used = slice(1 if self.temporal_model is None else 0, num_frames - 1)
        maps, skips = self.encoder(inputs[:, used].flatten(0, 1))
        levels = [level.unflatten(0, (len(inputs), -1)) for level in (maps, *skips)]
        if self.temporal_model is not None:
            levels[0] = self.temporal_model(levels[0])
        unused = (used.start, num_frames - used.stop)
        return [F.pad(level, (0, 0) * 3 + unused) for level in levels]

    def _depth_loss(self, inputs: Tensor, features: Sequence[Tensor]) -> Tensor:
        """View synthesis of every frame that has a neighbour on both sides, from these two.

        A window that has none but before its first full frame takes the last one it has (section 3.3 needs three).
        """
        end = inputs.shape[1] - 1
        if end < 2:
            raise ValueError('PixelEmbeddingDetector: depth needs a frame between two others, and clips have '
                             f'{inputs.shape[1]} frames; take longer clips')
        first = min(max(1, self.first_frame), end - 1)
        disparities = _decoded(self.depth_decoder, features, first, end)
        images = ((inputs * self.image_std + self.image_mean) / 255).clamp(0, 1)
        before, now, after = (images[:, start:start + end - first].flatten(0, 1)
                              for start in (first - 1, first, first + 1))
        # The network looks at frames in the order of time; the motion back is that forth, turned round.
        pairs = inputs[:, first - 1:end].flatten(0, 1), inputs[:, first:end + 1].flatten(0, 1)
        poses = self.pose_network(*pairs)
        # Half precision would move pixels.
        with torch.autocast(inputs.device.type, enabled=False):
            motions = motion_from_pose(poses).unflatten(0, (len(inputs), -1))
            motions = inverse_motion(motions[:, :-1].flatten(0, 1)), motions[:, 1:].flatten(0, 1)
            intrinsics = pixel_intrinsics(self.intrinsics, *inputs.shape[-2:]).expand(len(now), -1, -1)
            disparities = [level.flatten(0, 1).float().sigmoid() for level in disparities]
            return self.depth_loss(now, (before, after), disparities, motions, intrinsics)


def _decoded(decoder: BaseModule, features: Sequence[Tensor], first: int, end: int) -> list[Tensor]:
    """A decoder's answers (N, F, ...) for some of the frames."""
    maps, *skips = (level[:, first:end].flatten(0, 1) for level in features)
    return [answer.unflatten(0, (-1, end - first)) for answer in decoder(maps, tuple(skips))]


def _at_original_size(numbers: Tensor, count: int, frame: Frame) -> RLEMasks:
    """Masks of instances, from the number of the instance of each pixel (H, W), by nearest pixel centres."""
    height, width = frame.video.height, frame.video.width
    rows, columns = (torch.from_numpy(nearest(size, pixels)).to(numbers.device)
                     for size, pixels in ((frame.height, height), (frame.width, width)))
    numbers = numbers[rows[:, None], columns]
    masks = numbers == torch.arange(count, device=numbers.device)[:, None, None]
    return RLEMasks.from_pixels(masks, tight_boxes(masks).long())
