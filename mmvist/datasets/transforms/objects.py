"""Transforms that choose among a clip's objects."""

from dataclasses import replace

import numpy as np

from mmvist.datasets.clip import Clip, ClipFrame, Objects
from mmvist.registry import TRANSFORMS


@TRANSFORMS.register_module()
class KeepCommonObjects:
    """Keeps objects that every frame of a clip shows, and that its first frame, the guide, shows well.

    Args:
        count: Most objects that are kept; they are drawn, each as likely as the other.
        min_area: Smallest share of the first image that an object's mask covers.
        min_fill: Smallest share of its box that it covers there.
    """

    def __init__(self, count: int = 1, min_area: float = 0.0, min_fill: float = 0.0) -> None:
        if count < 1:
            raise ValueError(f'KeepCommonObjects: count must be at least 1, got {count}')
        self.count, self.min_area, self.min_fill = count, min_area, min_fill

    def transform(self, clip: Clip, rng: np.random.Generator) -> Clip | None:
        """Choose objects; `None` when there is none."""
        common = self._well_shown(clip.frames[0].objects)
        for frame in clip.frames[1:]:
            common = np.intersect1d(common, _shown(frame.objects))
        if len(common) == 0:
            return None
        kept = rng.permutation(common)[:self.count]

        def chosen(frame: ClipFrame) -> ClipFrame:
            return replace(frame, objects=frame.objects.select(np.isin(frame.objects.ids, kept)))

        return clip.map(chosen)

    def _well_shown(self, objects: Objects) -> np.ndarray:
        areas, pixels = objects.masks.sum(axis=(1, 2), dtype=np.int64), np.prod(objects.masks.shape[1:])
        boxes = np.prod(objects.bboxes[:, 2:] - objects.bboxes[:, :2], axis=1)
        well = (areas >= self.min_area * pixels) & (areas >= self.min_fill * boxes)
        return np.intersect1d(objects.ids[well], _shown(objects))


@TRANSFORMS.register_module()
class DropIgnored:
    """Makes background of what should be ignored, as the code of the spatio-temporal embedding does."""

    def transform(self, clip: Clip, rng: np.random.Generator) -> Clip:
        """Drop ignored objects."""
        return clip.map(lambda frame: replace(frame, objects=frame.objects.select(~frame.objects.ignore)))


def _shown(objects: Objects) -> np.ndarray:
    """Ids of objects with a pixel that are not ignored."""
    return objects.ids[~objects.ignore & objects.masks.any(axis=(1, 2))]
