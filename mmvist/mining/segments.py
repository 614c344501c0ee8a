"""Segments: what a detector finds, cut to what is mined (Porzi et al. 2020, section 3.1)."""

from collections.abc import Mapping, Sequence
from dataclasses import replace

import numpy as np

from mmvist.io.class_map import OTHERS, new_labels, new_names
from mmvist.structures import FrameResult, rle

# What a class is called whose segments are neither objects nor background.
IGNORED = 'ignore'


class SegmentRules:
    """Which of a detector's instances become segments, and of which class.

    Args:
        classes: Classes that are mined.
        found: Classes of the detector.
        class_map: The mined class of each of the detector's, or of `*`, all others; 'ignore' makes regions in which
            nothing is to be learned. Classes that are not named are not mined. By default names stay as they are.
        min_score: Instances that score less are left out.
        max_covered: Masks are made disjoint by score, whatever their classes; one of which more than this share is
            covered is left out (Porzi et al. 2019).

    Attributes:
        classes: Names that the segments' labels index: the mined classes, then 'ignore'.

    Raises:
        ValueError: The map names a class that the detector has not, or that is not mined.
    """

    def __init__(self, classes: Sequence[str], found: Sequence[str], class_map: Mapping[str, str] | None = None,
                 min_score: float = 0.5, max_covered: float = 0.5) -> None:
        self.classes = (*classes, IGNORED)
        named, class_map = ('classes name', {name: name for name in classes}) if class_map is None else (
            'class_map names', class_map)
        missing = sorted({*class_map} - {OTHERS, *found})
        unknown = sorted({*class_map.values()} - {*self.classes})
        if missing:
            raise ValueError(f'{named} {missing}, which the detector does not find; it finds {list(found)}')
        if unknown:
            raise ValueError(f'class_map makes {unknown}, which are neither among the mined classes {list(classes)} '
                             f'nor {IGNORED!r}')
        self._labels = np.array(new_labels(found, new_names(found, class_map), self.classes), np.int64)
        self.min_score, self.max_covered = min_score, max_covered

    def of_frame(self, result: FrameResult) -> FrameResult:
        """The segments of a frame: disjoint masks, and boxes around them.

        Raises:
            ValueError: An instance has no mask.
        """
        if None in result.masks:
            raise ValueError(f'frame {result.frame}: the detector finds boxes without masks, segments are masks')
        height, width = result.video.height, result.video.width
        result = result.with_min_score(self.min_score)
        masks = rle.make_disjoint(result.masks, result.scores, height, width, self.max_covered)
        labels = self._labels[result.labels]
        result = replace(result, labels=labels, masks=tuple(masks), bboxes=rle.bboxes(masks, height, width))
        return result.select(np.flatnonzero((labels >= 0) & (rle.area(masks, height, width) > 0)))
