"""VIST-VAE: what its branches cost on top of Mask R-CNN, in time and memory, in training and in testing."""

import math
from collections.abc import Iterator
from statistics import median

import torch
from mmengine.config import Config
from mmengine.registry import init_default_scope
from torch import nn

import mmvist.models  # noqa: F401
from mmvist.models.inference import prepare_for_inference
from mmvist.models.segmentor import frames_of
from mmvist.registry import MODELS
from mmvist.structures.instances import Instances
from mmvist.structures.masks import BoxMasks

# isort: split
from benchmarks.kept import bytes_kept
from benchmarks.noise import noise_clips, noise_frames
from benchmarks.stopwatch import Stopwatch

# From Mask R-CNN alone to the whole; the first one's share is 1.
CONFIGS = {
    'Mask R-CNN': 'configs/trackers/mask-iou-tracker_mask-rcnn_r101_fpn_20e_kittimots.py',
    'and the proposal branch': 'configs/vae_vist/vae-vist_r101_fpn_20e_kittimots_proposals.py',
    'and the augment branch': 'configs/vae_vist/vae-vist_r101_fpn_20e_kittimots_no-future.py',
    'and the next frame': 'configs/vae_vist/vae-vist_r101_fpn_20e_kittimots.py'}
# Objects and detections of a frame.
OBJECTS, DETECTIONS = 8, 20
Row = dict[str, str | float | int]


def run(num_steps: int = 3, size: tuple[int, int] = (800, 1333), num_clips: int = 2) -> Iterator[Row]:
    """Measure on a GPU if there is one.

    Args:
        num_steps: Steps of training, and frames, that count.
        size: Height and width of the images.
        num_clips: Images, with their neighbours, of a step.

    Yields:
        A row for each set of branches, as soon as it was measured.
    """
    init_default_scope('mmvist')
    device = 'cuda' if torch.cuda.is_available() else 'cpu'
    first = None
    for name, config in CONFIGS.items():
        model = _build(config).to(device)
        row = {'what': f'{name}, {size[1]}x{size[0]}, {device}', 'images of a step': num_clips,
               'million weights': sum(weight.numel() for weight in model.parameters()) / 1e6,
               **_training(model, num_steps, size, num_clips, device), **_testing(model, num_steps, size)}
        first = first or row
        yield row | {f'{measure}, times Mask R-CNN\'s': row[measure] / first[measure]
                     for measure in ('seconds a step', 'seconds a frame')}


def _build(path: str) -> nn.Module:
    torch.manual_seed(0)
    config = Config.fromfile(path)
    detector = config.model.detector
    detector.init_cfg = detector.backbone.init_cfg = None
    # Random weights find nothing; what counts is how many regions there are, and how many of them are objects'.
    detector.test_cfg.rcnn.update(score_thr=0.0, max_per_img=DETECTIONS)
    if 'min_score' in detector:
        # With those that are proposed there are as many.
        detector.min_score, detector.test_cfg.rcnn.max_per_img = 0.0, DETECTIONS - OBJECTS
    return MODELS.build(config.model)


def _training(model: nn.Module, num_steps: int, size: tuple[int, int], num_clips: int, device: str) -> Row:
    model.train()
    length = 3 if hasattr(model.detector, 'encoder') else 1
    prepared = model.data_preprocessor(noise_clips(num_clips, length, size, OBJECTS), True)
    optimizer = torch.optim.Adam(model.parameters(), lr=0.0)
    watch, seconds = Stopwatch(), []
    if device == 'cuda':
        torch.cuda.reset_peak_memory_stats()
    for _ in range(num_steps + 1):
        start = watch.now()
        with bytes_kept(model) as tensors:
            total, _ = model.parse_losses(model(**prepared, mode='loss'))
        kept = sum(tensors.values())
        total.backward()
        optimizer.step()
        optimizer.zero_grad()
        seconds.append(watch.now() - start)
    row = {'seconds a step': median(seconds[1:]), 'GiB kept for the backward pass': kept / 2 ** 30}
    if device == 'cuda':
        row['GiB at most'] = torch.cuda.max_memory_allocated() / 2 ** 30
    return row


@torch.no_grad()
def _testing(model: nn.Module, num_frames: int, size: tuple[int, int]) -> Row:
    detector, watch, seconds = prepare_for_inference(model).detector, Stopwatch(), []
    state, tracks = detector.init(), None
    for index in range(num_frames + 2):
        prepared = model.data_preprocessor(noise_frames([index], size), False)
        frames = frames_of(prepared['inputs'], prepared['data_samples'])
        start = watch.now()
        state, _ = detector.step(state, frames, tracks)
        seconds.append(watch.now() - start)
        tracks = _tracks(size).to(frames[0].image.device)
    # The first has no tracks, the second warms up.
    return {'seconds a frame': median(seconds[2:])}


def _tracks(size: tuple[int, int]) -> Instances:
    """Objects of the last frame, side by side."""
    height, width = size
    step = width / OBJECTS
    lefts = step * torch.arange(OBJECTS)
    boxes = torch.stack([lefts, torch.full_like(lefts, height / 3), lefts + step / 2,
                         torch.full_like(lefts, math.floor(2 * height / 3))], dim=1)
    return Instances(bboxes=boxes, scores=torch.ones(OBJECTS), labels=torch.arange(OBJECTS) % 2,
                     ids=torch.arange(OBJECTS), masks=BoxMasks(torch.ones(OBJECTS, 28, 28), boxes))
