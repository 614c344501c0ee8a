"""MOTSNet at full resolution: what its head and its loss cost, and what a clip needs in training."""

from collections import defaultdict
from importlib.util import find_spec
from statistics import median

import torch
from mmengine.config import Config
from mmengine.registry import init_default_scope

import mmvist.models  # noqa: F401
from mmvist.models.inference import prepare_for_inference
from mmvist.registry import MODELS

# isort: split
from benchmarks.kept import bytes_kept
from benchmarks.noise import noise_clips, noise_frames
from benchmarks.stopwatch import Stopwatch

CONFIG = 'configs/motsnet/motsnet_r50_fpn_180e_kittimots.py'
SIZE = 375, 1242                        # KITTI
OBJECTS, DETECTIONS = 8, 20             # of a frame
Row = dict[str, str | float | int]


def run(num_frames: int = 6, clip_length: int | None = None) -> list[Row]:
    """Measure on a GPU if there is one.

    Args:
        num_frames: Frames, and training steps, that count.
        clip_length: Frames of a training clip; by default the paper's 12 on a GPU and 2 on a CPU, which has not the
            memory for more.

    Returns:
        A row for testing, and one for each way to train.
    """
    init_default_scope('mmvist')
    device = 'cuda' if torch.cuda.is_available() else 'cpu'
    clip_length = clip_length or (12 if device == 'cuda' else 2)
    ways = {'as it is': {}, 'recomputed (with_cp)': {'backbone.with_cp': True}}
    if find_spec('inplace_abn') is not None:
        ways['in-place ABN'] = {'in_place_abn': True}
    rows = [_testing(num_frames, device)]
    for precision in (torch.float32, torch.float16) if device == 'cuda' else (torch.float32,):
        rows += [_training(num_frames, clip_length, device, name, options, precision)
                 for name, options in ways.items()]
    return rows


def _build(options: dict[str, bool]) -> torch.nn.Module:
    torch.manual_seed(0)
    config = Config.fromfile(CONFIG)
    config.merge_from_dict({f'model.detector.{name}': value for name, value in options.items()})
    detector = config.model.detector
    detector.backbone.init_cfg = None
    # Random weights find nothing; what counts is how many regions there are, and how many of them are objects'.
    detector.test_cfg.rcnn.update(score_thr=0.0, max_per_img=DETECTIONS)
    detector.train_cfg.rcnn.assigner.update(pos_iou_thr=0.01, neg_iou_thr=0.01, min_pos_iou=0.01)
    config.model.tracker.filters = []
    model = MODELS.build(config.model)
    model.init_weights()
    return model


def _testing(num_frames: int, device: str) -> Row:
    model, watch = prepare_for_inference(_build({}).to(device)), Stopwatch()
    watch.wrap(model.detector, 'step', 'detector')
    watch.wrap(model.embedder, 'forward', 'embedder')
    watch.wrap(model.embedder.roi_extractor, 'forward', 'regions of the embedder')
    watch.wrap(model.tracker, 'step', 'tracker')
    totals, parts = [], defaultdict(list)
    for index in range(num_frames + 1):
        batch = noise_frames([index], SIZE)
        watch.seconds.clear()
        start = watch.now()
        model.test_step(batch)
        if index:       # the first warms up
            totals.append(watch.now() - start)
            for name, seconds in watch.seconds.items():
                parts[name].append(seconds / totals[-1])
    return {'what': 'testing', 'detections': DETECTIONS, 'frames per second': 1 / median(totals),
            **{f'{name}, share of a frame': median(shares) for name, shares in parts.items()}}


def _training(num_steps: int, clip_length: int, device: str, name: str, options: dict[str, bool],
              precision: torch.dtype) -> Row:
    model = _build(options).to(device).train()
    prepared = model.data_preprocessor(noise_clips(1, clip_length, SIZE, OBJECTS), True)
    scaler = torch.amp.GradScaler(device, enabled=precision == torch.float16)
    watch, losses = Stopwatch(), []
    inner = model.embedder.loss_track.forward
    model.embedder.loss_track.forward = lambda *regions: losses.append(regions) or inner(*regions)
    kept, steps = 0, []
    if device == 'cuda':
        torch.cuda.reset_peak_memory_stats()
    for index in range(num_steps + 1):
        start = watch.now()
        with torch.autocast(device, precision, enabled=precision != torch.float32), bytes_kept(model) as tensors:
            total, _ = model.parse_losses(model(**prepared, mode='loss'))
        kept = sum(tensors.values())
        scaler.scale(total).backward()
        model.zero_grad()
        if index:       # the first warms up
            steps.append(watch.now() - start)
    embeds, *others = losses[-1]
    regions = embeds.detach().requires_grad_()
    start = watch.now()
    for _ in range(10):
        inner(regions, *others).backward()
    loss_seconds = (watch.now() - start) / 10
    row = {'what': f'training, {name}', 'precision': str(precision).split('.')[-1], 'clip': clip_length,
           'regions': len(embeds), 'seconds a step': median(steps),
           'triplet loss, share of a step': loss_seconds / median(steps),
           'GiB kept for the backward pass, a frame': kept / clip_length / 2 ** 30}
    if device == 'cuda':
        row['GiB at most'] = torch.cuda.max_memory_allocated() / 2 ** 30
    return row
