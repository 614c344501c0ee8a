"""Objects with every column that a tracker may compare, the shipped trackers, and what becomes of objects in them."""

from dataclasses import fields, is_dataclass
from pathlib import Path

import numpy as np
import torch

from mmvist.engine import load_config
from mmvist.registry import MODELS
from mmvist.structures import Video, rle
from mmvist.structures.instances import Instances
from mmvist.structures.masks import BoxMasks, RLEMasks
from tests.tracking.toys import frame

VIDEO = Video(1, 'scene', 320, 420, 100)
SIZE = 12
CONFIGS = Path(__file__).parents[2] / 'configs' / '_base_' / 'trackers'
# Embeddings far apart, whatever they are compared by.
LOOKS = np.random.default_rng(7).normal(size=(400, 32)).astype(np.float32)
LOOKS *= 20 / np.linalg.norm(LOOKS, axis=1, keepdims=True)


@MODELS.register_module(force=True)
class LastMasks:
    """Stands in for a network: it finds every mask where it was."""

    needs_image = False

    def init(self):
        return None

    def predict(self, state, tracks, frame):
        return state, tracks

    def start(self, detections, frame):
        return {'masks': detections.masks}

    def correct(self, tracks, detections, frame):
        return {'masks': detections.masks}


# Parts that need trained weights, by type.
STAND_INS = {'MaskPropagation': dict(type='LastMasks')}


def tracker_config(name):
    """The tracker of configs/_base_/trackers."""
    config = load_config(CONFIGS / f'{name}.py').tracker
    part = config.get('propagator', {}).get('type')
    return {**config, 'propagator': STAND_INS[part]} if part in STAND_INS else config


SHIPPED = {path.stem: tracker_config(path.stem) for path in sorted(CONFIGS.glob('*.py'))}
# One name for configs that differ in their networks alone; what tracks nothing is none, and what reads a network's
# logits, or the ids that a detector hands on, has tests of its own.
TRACKERS = {name: config for name, config in SHIPPED.items()
            if config['type'] not in ('SingleFrameTracker', 'GraphTracker') and 'InheritedId' not in str(config)
            and name == next(first for first, other in SHIPPED.items() if other == config)}
# Their objects live on without detections.
CARRIED = {name for name, config in TRACKERS.items() if config['type'] == 'MaskPropTracker'}


def objects(*rows, masks=BoxMasks):
    """Rows (x, y, label, score, look): a full box of 12x12 at (x, y), and an embedding."""
    corners = torch.tensor([row[:2] for row in rows], dtype=torch.float32).reshape(-1, 2)
    bboxes = torch.cat([corners, corners + SIZE], dim=1)
    column = BoxMasks(torch.ones(len(rows), SIZE, SIZE), bboxes)
    if masks is RLEMasks:
        column = RLEMasks(tuple(map(_filled, bboxes.int().tolist())), VIDEO.height, VIDEO.width)
    return Instances(bboxes=bboxes, labels=torch.tensor([row[2] for row in rows], dtype=torch.long),
                     scores=torch.tensor([row[3] for row in rows], dtype=torch.float32),
                     embeds=torch.from_numpy(np.array([row[4] for row in rows], np.float32).reshape(-1, 32)),
                     masks=column)


def _filled(box):
    mask = np.zeros((VIDEO.height, VIDEO.width), np.uint8)
    mask[max(box[1], 0):max(box[3], 0), max(box[0], 0):max(box[2], 0)] = 1
    return rle.encode(mask)


def clutter(seed, length):
    """Frames of rows: objects that come, move, meet, miss frames and go, and detections of nothing; no two alike."""
    generator = np.random.default_rng(seed)
    born, lasts = generator.integers(-5, length, 14), generator.integers(8, 25, 14)
    starts, steps = generator.integers(20, 150, (14, 2)), generator.normal(size=(14, 2))
    frames = []
    for index in range(length):
        rows = []
        for number in np.flatnonzero((born <= index) & (index < born + lasts) & (generator.random(14) < .9)):
            x, y = np.round(starts[number] + (index - born[number]) * steps[number])
            look = LOOKS[number] + generator.normal(size=32) * .05
            rows.append((x, y, number % 2, generator.uniform(.975 if generator.random() < .8 else .5, 1), look))
        for _ in range(generator.integers(3)):
            rows.append((*generator.integers(0, 160, 2), generator.integers(2), generator.uniform(.1, 1),
                         generator.normal(size=32)))
        # A place names a detection.
        frames.append(list({row[:2]: row for row in rows}.values()))
    return frames


def watch(config, frames, indices=None, masks=BoxMasks):
    """Track frames of rows: the instances of each, and the summaries."""
    tracker = MODELS.build(config)
    state, seen = tracker.init(), []
    for index, rows in zip(indices or range(len(frames)), frames, strict=True):
        state, instances = tracker.step(state, objects(*rows, masks=masks), frame(index, VIDEO))
        seen.append(instances)
    return seen, tracker.finish(state)


def named(seen, summaries):
    """What becomes of each frame's detections: final id by place (x, y), without what is dropped in the end."""
    found = []
    for instances in seen:
        places = [tuple(place) for place in instances.bboxes[:, :2].tolist()]
        verdicts = [(track, summaries[track]) for track in instances.ids.tolist()]
        found.append({place: track if summary.id is None else summary.id
                      for place, (track, summary) in zip(places, verdicts, strict=True) if summary.keep})
    return found


def content(value):
    """Everything a value holds, as plain values that can be compared."""
    if isinstance(value, torch.Tensor | np.ndarray):
        return str(value.dtype), tuple(value.shape), np.asarray(value).tobytes()
    if isinstance(value, Instances):
        return {name: content(getattr(value, name)) for name in value.columns}
    if is_dataclass(value):
        return type(value).__name__, {field.name: content(getattr(value, field.name)) for field in fields(value)}
    if isinstance(value, tuple | list):
        return [content(item) for item in value]
    if isinstance(value, dict):
        return {key: content(item) for key, item in value.items()}
    return value
