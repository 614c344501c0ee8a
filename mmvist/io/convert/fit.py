"""Tracks made to fit a format: what it cannot hold is left out and counted, or noted where nobody allowed that."""

from collections import Counter
from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass, replace

import numpy as np
from pycocotools import mask as coco

from mmvist.io.checks.boxes import box_errors
from mmvist.io.convert.ids import fit_ids, with_one_class
from mmvist.io.convert.targets import BOXES, IGNORE, IMAGES, MASKS, RATES, SCORES, SIZES, TRACK_SCORES, Target
from mmvist.io.problems import Problems
from mmvist.structures import VideoTracks, rle
from mmvist.structures.overlaps import overlapping_pixels

MAX_PLACES = 3
BOX_TOLERANCE = 1.0  # pixels
NO_SIZE = ('has no object that tells its size, which the target needs; its images tell it where their root is given, '
           'and where it has no frames either, a sequence map tells how many there are')


@dataclass(frozen=True)
class Fit:
    """How tracks are made to fit.

    Attributes:
        target: What to fit.
        results: Whether these are results, not ground truth.
        by_score: Whether masks of a frame that overlap are cut where the target wants them disjoint.
        drop: What may be left out: 'masks' where the target holds boxes alone, 'boxes' without masks where it needs
            masks.
        category_ids: Number of each class.
    """

    target: Target
    results: bool
    by_score: bool
    drop: Collection[str]
    category_ids: tuple[int, ...]

    def apply(self, tracks: VideoTracks, problems: Problems, lost: Counter[str]) -> VideoTracks:
        """One video's tracks as the target can hold them.

        Args:
            tracks: The tracks; not modified.
            problems: Notes what they cannot be converted for.
            lost: Counts what is left out.
        """
        target = self.target
        negative = np.flatnonzero(tracks.ids < 0)
        if len(negative):
            problems.add(*_refusal(tracks, negative, 'ids below 0, which no format holds'))
        if target.needs_size[self.results] and tracks.video.height == 0:
            problems.add(f'video {tracks.video.name}', NO_SIZE)
        if IGNORE not in target.holds or self.results:
            lost[IGNORE] += int(tracks.ignore.sum())
            tracks = tracks.select(~tracks.ignore)
        tracks = self._with_masks(tracks, problems, lost)
        if target.disjoint and None not in tracks.masks:
            tracks = self._disjoint(tracks, problems, lost)
        if target.one_class:
            tracks = with_one_class(tracks, lost)
        self._count(tracks, lost)
        if target.class_in_id and not self.results:
            tracks = fit_ids(tracks, self.category_ids, problems, lost)
        return tracks

    def _with_masks(self, tracks: VideoTracks, problems: Problems, lost: Counter[str]) -> VideoTracks:
        has_mask = np.array([mask is not None for mask in tracks.masks], bool)
        masked, maskless = np.flatnonzero(has_mask), np.flatnonzero(~has_mask)
        if MASKS not in self.target.holds and len(masked):
            if 'masks' not in self.drop:
                problems.add(*_refusal(tracks, masked, 'masks, where the target holds boxes alone; drop masks to leave '
                                                       'them out'))
            lost[MASKS] += len(masked)
            return replace(tracks, masks=(None,) * len(tracks))
        if self.target.needs_masks[self.results] and len(maskless):
            if 'boxes' not in self.drop:
                problems.add(*_refusal(tracks, maskless, 'boxes without masks, where the target needs masks; drop '
                                                         'boxes to leave them out'))
                return tracks
            lost['boxes without masks'] += len(maskless)
            return tracks.select(masked)
        return tracks

    def _disjoint(self, tracks: VideoTracks, problems: Problems, lost: Counter[str]) -> VideoTracks:
        """Masks that share no pixel, none of them empty."""
        size = tracks.video.height, tracks.video.width
        masks, boxes = list(tracks.masks), tracks.bboxes.copy()
        is_kept = rle.area(masks, *size) > 0
        lost['empty masks'] += int((~is_kept).sum())
        clashing = {}
        for frame in overlapping_pixels(tracks):
            rows = np.arange(tracks.offsets[frame], tracks.offsets[frame + 1])
            regions, objects = rows[tracks.ignore[rows]], rows[~tracks.ignore[rows]]
            if len(regions):
                # Of overlapping regions the first one takes in the others: a region's class says nothing.
                masks[regions[0]] = _union([masks[row] for row in regions], size)
                is_kept[regions[1:]] = False
            rows = np.append(objects, regions[:1])
            together = [masks[row] for row in rows]
            excess = int(rle.area(together, *size).sum() - rle.area([_union(together, size)], *size)[0])
            if excess:
                clashing[frame] = excess
                # Regions go last: what is an object is not to be ignored.
                scores = np.append(tracks.scores[objects], [-np.inf] * len(regions[:1]))
                together = rle.make_disjoint(together, scores, *size)
                is_covered = rle.area(together, *size) == 0
                lost['masks wholly covered by others'] += int((is_covered & is_kept[rows]).sum())
                is_kept[rows[is_covered]] = False
            boxes[rows] = rle.bboxes(together, *size)
            for row, mask in zip(rows.tolist(), together, strict=True):
                masks[row] = mask
        if clashing and not self.by_score:
            places = (f'frame {frame} ({pixels} pixels)' for frame, pixels in clashing.items())
            problems.add(f'video {tracks.video.name}', f'masks overlap in {len(clashing)} frames, where the target '
                         f'holds one object a pixel; they are {_listed(places)}; let overlaps go by score to cut them')
        lost['pixels of masks, left to other masks'] += sum(clashing.values())
        return replace(tracks, masks=tuple(masks), bboxes=boxes).select(is_kept)

    def _count(self, tracks: VideoTracks, lost: Counter[str]) -> None:
        """Count what goes without saying, as no option could keep it."""
        video, holds = tracks.video, self.target.holds
        if SCORES not in holds:
            lost[SCORES] += int((tracks.scores != 1).sum())
        if TRACK_SCORES not in holds:
            bare = replace(tracks, track_scores={})
            lost[TRACK_SCORES] += sum(np.float32(tracks.summary(track).score) != np.float32(bare.summary(track).score)
                                      for track in tracks.track_ids.tolist())
        if BOXES not in holds:
            lost[BOXES] += int((box_errors(tracks) > BOX_TOLERANCE).sum())
        if SIZES not in holds and not self.results:
            lost[SIZES] += len(tracks) == 0 and video.height > 0
        if IMAGES not in holds and not self.results:
            lost[IMAGES] += len(video.file_names)
        if RATES not in holds and not self.results:
            lost[RATES] += video.fps is not None


def number_videos(videos: Iterable[VideoTracks], lost: Counter[str]) -> tuple[VideoTracks, ...]:
    """The videos, counted from 1 unless all have whole numbers from 0, no two the same."""
    videos = tuple(videos)
    ids = [tracks.video.id for tracks in videos]
    if all(type(number) is int and number >= 0 for number in ids) and len(set(ids)) == len(ids):
        return videos
    lost['ids of videos, counted from 1 now'] += len(videos)
    return tuple(replace(tracks, video=replace(tracks.video, id=number)) for number, tracks in enumerate(videos, 1))


def _union(masks: Sequence[bytes], size: tuple[int, int]) -> bytes:
    return coco.merge(rle.as_coco(masks, *size))['counts']


def _refusal(tracks: VideoTracks, rows: np.ndarray, what: str) -> tuple[str, str]:
    """Place and problem of some rows."""
    places = (f'frame {tracks.frames[row]}, id {tracks.ids[row]}' for row in rows.tolist())
    return f'video {tracks.video.name}', f'{len(rows)} {what}; they are {_listed(places)}'


def _listed(places: Iterable[str]) -> str:
    places = list(places)
    more = f' and {len(places) - MAX_PLACES} more' if len(places) > MAX_PLACES else ''
    return '; '.join(places[:MAX_PLACES]) + more
