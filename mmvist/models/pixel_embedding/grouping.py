"""From the embeddings of pixels to instances."""

from collections.abc import Sequence

import torch
import torch.nn.functional as F
from torch import Tensor

from mmvist.io.truth import GroundTruth
from mmvist.models.layers.mean_shift import mean_shift, sequential_mean_shift
from mmvist.models.pixel_embedding.foreground import true_ids
from mmvist.registry import MODELS
from mmvist.structures.frames import Frame

# What is left of earlier frames: the embeddings (P, E) of each one's foreground, the latest last.
Past = tuple[Tensor, ...]


@MODELS.register_module()
class MeanShiftGrouping:
    """Mean shift over the foreground of the last frames together (section 3.3; the authors' code).

    Args:
        bandwidth: Radius of a cluster, twice that of the attraction.
        num_frames: T, frames whose embeddings are clustered, the present one included.
    """

    def __init__(self, bandwidth: float = 1.0, num_frames: int = 5) -> None:
        self.bandwidth, self.num_frames = bandwidth, num_frames

    def init(self) -> Past:
        """Nothing yet."""
        return ()

    def step(self, past: Past, embeds: Tensor, inside: Tensor, frame: Frame) -> tuple[Past, Tensor]:
        """Group the pixels of a frame.

        Args:
            past: From `init` or the frame before.
            embeds: (P, E), of the foreground's pixels, row by row.
            inside: (H, W) bool, where these are in the network input.
            frame: The frame.

        Returns:
            What is kept for the next frame, and the group of each pixel (P,) int64, -1 for none.
        """
        known = (*past, embeds)
        labels = mean_shift(torch.cat(known), self.bandwidth).labels
        return _last(known, self.num_frames - 1), labels[len(labels) - len(embeds):]


@MODELS.register_module()
class RandomSeedGrouping:
    """One cluster after the other, each from a random pixel of those that are left (section 3.3, as written).

    What else is done about a cluster, the authors' code tells, which has this beside what it uses.

    Args:
        radius: Radius of a cluster, that of the repulsion.
        num_frames: T, frames whose embeddings are clustered, the present one included.
        min_points: It ends when fewer pixels are left.
        opening: Width in pixels of what an instance must be wide, so that no threads and specks stay; odd.
        seed: Where chance begins; a frame's depends on its number alone.
    """

    def __init__(self, radius: float = 1.5, num_frames: int = 5, min_points: int = 100, opening: int = 3, seed: int = 0
                 ) -> None:
        if opening < 1 or opening % 2 == 0:
            raise ValueError(f'RandomSeedGrouping: opening must be odd and above 0, got {opening}')
        self.radius, self.num_frames, self.min_points = radius, num_frames, min_points
        self.opening, self.seed = opening, seed

    def init(self) -> Past:
        """Nothing yet."""
        return ()

    def step(self, past: Past, embeds: Tensor, inside: Tensor, frame: Frame) -> tuple[Past, Tensor]:
        """Group the pixels of a frame; see `MeanShiftGrouping.step`."""
        known = (*past, embeds)
        generator = torch.Generator().manual_seed(self.seed + frame.index)
        found = sequential_mean_shift(torch.cat(known), self.radius, generator, min_points=self.min_points)
        labels = found.labels[len(found.labels) - len(embeds):]
        shown = torch.zeros((len(found.centres), *inside.shape), dtype=torch.bool, device=embeds.device)
        shown[:, inside] = labels == torch.arange(len(shown), device=embeds.device)[:, None]
        stays = opened(shown, self.opening).any(0)[inside]
        return _last(known, self.num_frames - 1), torch.where(stays, labels, -1)


def opened(masks: Tensor, width: int) -> Tensor:
    """What is left of masks (N, H, W) bool where a square of so many pixels fits in; the square may reach beyond."""
    def grown(values: Tensor) -> Tensor:
        return F.max_pool2d(values, width, stride=1, padding=width // 2)

    return grown(-grown(-masks[:, None].float()))[:, 0] > 0


def _last(known: Past, number: int) -> Past:
    """The last few."""
    return known[len(known) - number:] if len(known) > number else known


@MODELS.register_module()
class OracleMeans:
    """Pixels near the mean embedding of an object of the ground truth are its own (Table 3, "GT mean").

    Args:
        ann_file: Annotations of the videos it will see.
        radius: How near, that of the repulsion; a pixel near several is the nearest one's.
        classes: Class names; objects of others are none. `None` takes the file's own.
        format: Format of the annotations.
        seqmap: For formats with sequences, the file that lists those of the split.
        split: File that lists the videos of the split.
    """

    def __init__(self, ann_file: str, radius: float = 1.5, classes: Sequence[str] | None = None,
                 format: str = 'ytvis', seqmap: str | None = None, split: str | None = None) -> None:
        self.truth = GroundTruth(ann_file, classes, format, seqmap, split)
        self.radius = radius

    def init(self) -> None:
        """There is no state."""

    def step(self, past: None, embeds: Tensor, inside: Tensor, frame: Frame) -> tuple[None, Tensor]:
        """Group the pixels of a frame; see `MeanShiftGrouping.step`. Those that show no object have no group."""
        ids = torch.full(inside.shape, -1, device=embeds.device)
        ids[:frame.height, :frame.width] = true_ids(self.truth, frame).to(ids)
        shown = ids >= 0
        objects, rows = ids[shown].unique(return_inverse=True)
        ids = ids[inside]
        if len(objects) == 0:
            return past, torch.full_like(ids, -1)
        # Of all pixels of an object, whether or not they were found to be foreground.
        everywhere = frame.features['embedding'][0][:, shown].T
        sums = torch.zeros(len(objects), embeds.shape[1], dtype=embeds.dtype, device=embeds.device)
        means = sums.index_add(0, rows, everywhere) / rows.bincount(minlength=len(objects))[:, None]
        nearest = torch.cdist(embeds, means).min(dim=1)
        return past, torch.where((nearest.values < self.radius) & (ids >= 0), nearest.indices, -1)
