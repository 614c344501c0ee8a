"""Builders of small video sets whose masks are rectangles."""

import numpy as np
import pytest

from mmvist.structures import Video, VideoSet, VideoTracks, rle

HEIGHT, WIDTH = 20, 40


@pytest.fixture
def rect():
    """Mask of a rectangle: left, top, width, height."""
    def build(x, y, w, h, size=(HEIGHT, WIDTH)):
        return rle.encode_crop(np.ones((h, w), bool), y, x, *size)
    return build


@pytest.fixture
def make_tracks():
    """A video from tracks `dict(id, masks={frame: mask}, label=0, score=1, ignore=False)`."""
    def build(*objects, video=1, name=None, length=5, size=(HEIGHT, WIDTH), track_scores=None):
        rows = []
        for entry in objects:
            for frame, mask in entry['masks'].items():
                box = [0, 0, 1, 1] if mask is None else rle.bboxes([mask], *size)[0]
                rows.append((frame, entry['id'], entry.get('label', 0), entry.get('score', 1.0), box, mask,
                             entry.get('ignore', False)))
        return VideoTracks.from_rows(Video(video, name or f'v{video}', *size, length), rows, track_scores)
    return build


@pytest.fixture
def make_set():
    """A set of videos, with category ids 1, 2, ..."""
    def build(*videos, classes=('car', 'pedestrian')):
        return VideoSet(tuple(classes), tuple(videos), tuple(range(1, len(classes) + 1)))
    return build


@pytest.fixture
def make_random_pair(make_tracks, make_set, rect):
    """Random ground truth, an object a slot of columns, and results that are shifted, broken and renamed copies."""
    def build(seed, size=(24, 96), num_slots=4, num_copies=1, ignore_label=-1, num_videos=3, length=6):
        generator = np.random.default_rng(seed)
        height, slot = size[0], size[1] // num_slots
        truths, found, next_id = [], [], 1
        for video in range(1, num_videos + 1):
            objects, results = [], {}
            for index in range(int(generator.integers(num_slots + 1))):
                ignore = generator.random() < .2
                label = int(generator.integers(2))
                side = int(generator.integers(3, min(height, slot) * 3 // 4))
                masks = {}
                for frame in range(length):
                    x, y = slot * index, int(generator.integers(height - side + 1))
                    if generator.random() < .85:
                        masks[frame] = rect(x, y, side, side, size)
                    for copy in range(num_copies):
                        shift = int(generator.integers(side // 2 + 1)) if generator.random() < .7 else 0
                        track = 100 * index + 10 * copy + (frame > 2 and generator.random() < .3)
                        width = min(side, slot - shift)
                        if 2 * (side - shift) == shift + width:
                            shift, width = 0, side  # an IoU of exactly 0.5, on which tools differ
                        if generator.random() < .8:
                            key = track, label if track % 10 == 0 or ignore else 1 - label
                            results.setdefault(key, {})[frame] = rect(x + shift, y, width, side, size)
                if masks:
                    objects.append(dict(id=next_id, masks=masks, label=ignore_label if ignore else label,
                                        ignore=ignore))
                    next_id += 1
            truths.append(make_tracks(*objects, video=video, length=length, size=size))
            found.append(make_tracks(
                *[dict(id=track, label=label, masks=masks, score=round(generator.random(), 1))
                  for (track, label), masks in results.items()], video=video, length=length, size=size))
        return make_set(*truths), make_set(*found)
    return build
