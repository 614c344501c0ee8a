"""Mining at KITTI's size: what flow costs, and what linking segments costs beside it."""

from statistics import median

import cv2
import numpy as np
import torch

import mmvist.models  # noqa: F401
from mmvist.engine import load_config
from mmvist.registry import MODELS
from mmvist.structures import Video, rle
from mmvist.structures.frames import Frame
from mmvist.structures.instances import Instances
from mmvist.structures.masks import RLEMasks

# isort: split
from benchmarks.stopwatch import Stopwatch

CONFIG = 'configs/_base_/mining/tracklets.py'
HEIGHT, WIDTH = 375, 1242
SEGMENTS = 20
Row = dict[str, str | float | int]


def run(num_frames: int = 20) -> list[Row]:
    """Measure on the CPU.

    Args:
        num_frames: Pairs of frames that count.

    Returns:
        One row: seconds of a pair, by what they go into.
    """
    tracker = MODELS.build(load_config(CONFIG).linker.tracker)
    watch, seconds = Stopwatch(), []
    flow = tracker.propagator.flow
    tracker.propagator.flow = _Watched(flow, watch)
    video = Video(0, 'noise', HEIGHT, WIDTH, num_frames + 2)
    state, flows = tracker.init(), 0.0
    for index in range(num_frames + 2):
        frame = Frame(video, index, _image(index), HEIGHT, WIDTH, (1.0, 1.0))
        segments, before, start = _segments(index), watch.seconds['flow'], watch.now()
        state, _ = tracker.step(state, segments, frame)
        spent = watch.now() - start
        # The first has nothing to link to, the second warms up.
        if index > 1:
            seconds.append((watch.seconds['flow'] - before, spent))
    flows = median(flow for flow, _ in seconds)
    linking = median(total - flow for flow, total in seconds)
    return [{'what': f'{type(flow).__name__}, {WIDTH}x{HEIGHT}, cpu', 'segments': SEGMENTS,
             'milliseconds of flow': 1000 * flows, 'milliseconds of warping and linking': 1000 * linking,
             'flow, share of a pair': flows / (flows + linking)}]


class _Watched:
    """Flow under a stopwatch."""

    needs_image = True

    def __init__(self, flow: object, watch: Stopwatch) -> None:
        self.flow, self.watch = flow, watch

    def __call__(self, *args: object) -> torch.Tensor:
        with self.watch('flow'):
            return self.flow(*args)


def _image(index: int) -> torch.Tensor:
    """Noise that moves by three pixels a frame."""
    noise = np.random.default_rng(0).integers(0, 256, (HEIGHT, WIDTH + 100, 3), dtype=np.uint8)
    smooth = cv2.GaussianBlur(noise, (0, 0), 3)[:, 3 * index % 100:][:, :WIDTH]
    return torch.from_numpy(np.ascontiguousarray(smooth.transpose(2, 0, 1)))


def _segments(index: int) -> Instances:
    """Ellipses side by side that move with the image, each as large as a car."""
    masks, step = [], WIDTH // SEGMENTS
    for number in range(SEGMENTS):
        mask = np.zeros((HEIGHT, WIDTH), np.uint8)
        centre = (step // 2 + number * step - 3 * index % step, 180 + 40 * (number % 3))
        masks.append(rle.encode(cv2.ellipse(mask, centre, (step // 2 - 2, 40), 0, 0, 360, 1, -1)))
    return Instances(bboxes=torch.from_numpy(rle.bboxes(masks, HEIGHT, WIDTH)), scores=torch.ones(SEGMENTS),
                     labels=torch.arange(SEGMENTS) % 2, masks=RLEMasks(tuple(masks), HEIGHT, WIDTH))
