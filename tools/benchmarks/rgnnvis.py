"""RGNNVIS: what its graph, its masks and its appearance cost beside YOLACT, in testing."""

from statistics import median

import torch
from mmengine.config import Config
from mmengine.registry import init_default_scope

import mmvist.models  # noqa: F401
from mmvist.models.inference import prepare_for_inference
from mmvist.registry import MODELS

# isort: split
from benchmarks.noise import noise_frames
from benchmarks.stopwatch import Stopwatch

CONFIG = 'configs/rgnnvis/rgnnvis_r50_fpn_150e_youtubevis2019.py'
SIZE = 480, 864
Row = dict[str, str | float | int]


def run(num_frames: int = 6, chunk: int = 1) -> list[Row]:
    """Measure on a GPU if there is one.

    Every frame has 16 detections and 24 tracks, as many as there can be, all of them with a detection: the worst case
    for graph and masks.

    Args:
        num_frames: Times that count.
        chunk: Frames that come at once.

    Returns:
        One row: the whole, and what its parts take of it.
    """
    init_default_scope('mmvist')
    device = 'cuda' if torch.cuda.is_available() else 'cpu'
    model, watch = prepare_for_inference(_build().to(device)), Stopwatch()
    watch.wrap(model.detector.backbone, 'forward', 'backbone')
    watch.wrap(model.detector, 'step', 'detector')
    watch.wrap(model.embedder, 'forward', 'embedder')
    watch.wrap(model.tracker, 'advance', 'graph')
    watch.wrap(model.tracker.masks, 'forward', 'masks')
    watch.wrap(model.tracker, 'step', 'tracker')
    totals, parts = [], []
    for number in range(2 + num_frames):
        batch = noise_frames(range(number * chunk, (number + 1) * chunk), SIZE)
        watch.seconds.clear()
        start = watch.now()
        model.test_step(batch)
        # The first ones start the tracks.
        if number > 1:
            totals.append((watch.now() - start) / chunk)
            parts.append({name: seconds / chunk for name, seconds in watch.seconds.items()})
    medians = {name: median(part[name] for part in parts) for name in parts[0]}
    slots = model._state.tracker.slots
    return [{'what': f'RGNNVIS, R50, {SIZE[1]}x{SIZE[0]}, {device}', 'frames at once': chunk,
             'tracks': int(slots.used.sum()), 'tracks with a detection': int(slots.active.sum()),
             'frames per second': 1 / median(totals),
             'frames per second of the backbone': 1 / medians['backbone'],
             **{f'{name}, ms': 1000 * seconds for name, seconds in medians.items()},
             **{f'{name}, share of a frame': seconds / median(totals) for name, seconds in medians.items()}}]


def _build() -> torch.nn.Module:
    torch.manual_seed(0)
    config = Config.fromfile(CONFIG)
    # Random weights find nothing; what counts is how much there is.
    config.model.detector.test_cfg.update(min_score=0.0, nms_iou=0.95)
    config.model.tracker.association.update(match_threshold=-1e9, init_threshold=-1e9)
    model = MODELS.build(config.model)
    model.init_weights()
    return model
