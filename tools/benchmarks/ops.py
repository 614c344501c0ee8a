"""The operators of `mmvist.ops` beside compiled mmcv's: same machine, inputs and threads, turn by turn."""

import argparse
import importlib
import json
import os
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path
from statistics import median

import torch
from torch import Tensor

ROOT = Path(__file__).parents[2]
REPEATS = 7
# map height and width, RoIs, bins, samples per bin and axis (0: all pixels), longest side of an RoI in pixels
FEATURES = [(48, 80, 100, 7, 0, 28), (96, 160, 512, 7, 0, 28), (184, 328, 512, 7, 0, 28),
            (184, 328, 100, 7, 2, 28), (184, 328, 100, 7, 2, 150), (184, 328, 100, 7, 0, 150),
            (96, 160, 100, 14, 0, 28), (184, 328, 100, 14, 2, 28), (184, 328, 10, 14, 0, 28)]
# image height and width, masks, longest side of an RoI in pixels
MASKS = [(192, 320, 20, 100), (192, 320, 100, 100), (720, 1280, 20, 300), (720, 1280, 100, 300)]
# boxes in an image of 1280 by 720, their shortest and longest side in pixels
BOXES = [(100, 20, 300), (1000, 20, 300), (2000, 20, 300), (2000, 100, 500), (2000, 5, 30), (5000, 20, 300)]

Case = tuple[str, str, list[Tensor], dict[str, object]]
Row = dict[str, str | float]


def run(compiled_python: str | None, threads: int = 1) -> list[Row]:
    """Measure in an environment with compiled mmcv; without one ours only, in this environment.

    Args:
        compiled_python: Python of that environment, which needs nothing of mmvist.
        threads: Threads that both may use.

    Returns:
        A row per operator and size, with `ours ms`, and where mmcv is compiled `mmcv ms` and their `ratio`.
    """
    command = [compiled_python or sys.executable, __file__, '--worker', '--threads', str(threads)]
    environment = {**os.environ, 'PYTHONPATH': str(ROOT)}
    answer = subprocess.run(command, env=environment, check=True, stdout=subprocess.PIPE).stdout
    return [json.loads(line) for line in answer.splitlines()]


def measure() -> Iterator[Row]:
    """Measure in this process, one row after the other."""
    from mmvist.ops.nms import nms
    from mmvist.ops.roi_align import roi_align_backward, roi_align_forward
    from mmvist.ops.soft_nms import softnms

    ours = {function.__name__: function for function in (nms, softnms, roi_align_forward, roi_align_backward)}
    try:
        compiled = importlib.import_module('mmcv._ext')
    except ModuleNotFoundError:
        compiled = None
    for operator, size, tensors, options in cases():
        sides = {'ours ms': ours[operator]}
        if compiled:
            sides['mmcv ms'] = getattr(compiled, operator)
        milliseconds: dict[str, list[float]] = {side: [] for side in sides}
        for _ in range(1 + REPEATS):
            for side, function in sides.items():
                start = time.perf_counter()
                function(*tensors, **options)
                milliseconds[side].append(1000 * (time.perf_counter() - start))
        row: Row = {'operator': operator, 'size': size}
        row |= {side: median(times[1:]) for side, times in milliseconds.items()}
        yield row | ({'ratio': row['ours ms'] / row['mmcv ms']} if compiled else {})


def cases() -> Iterator[Case]:
    """Operator, size in words, tensors and options, as mmcv calls its compiled functions."""
    torch.manual_seed(0)
    none = torch.zeros(0)
    for height, width, num, bins, sampling_ratio, longest in FEATURES:
        image, pooled = torch.randn(1, 256, height, width), torch.randn(num, 256, bins, bins)
        rois = torch.cat([torch.zeros(num, 1), random_boxes(num, height, width, 7, longest)], 1)
        size = (f'256 x {height} x {width}, {num} RoIs of 7 to {longest} px, {bins} x {bins} bins, '
                f'sampling ratio {sampling_ratio}')
        options = pooling(bins, sampling_ratio)
        yield 'roi_align_forward', size, [image, rois, pooled.clone(), none, none], options
        yield 'roi_align_backward', size, [pooled, rois, none, none, torch.zeros_like(image)], options
    for height, width, num, longest in MASKS:
        masks, cropped = (torch.rand(num, 1, height, width) > 0.5).float(), torch.zeros(num, 1, 28, 28)
        rois = torch.cat([torch.arange(num)[:, None], random_boxes(num, height, width, 10, longest)], 1)
        size = f'{num} masks of {height} x {width}, RoIs of 10 to {longest} px, 28 x 28 bins'
        yield 'roi_align_forward', size, [masks, rois, cropped, none, none], pooling(28, 0)
    for num, shortest, longest in BOXES:
        boxes, scores = random_boxes(num, 720, 1280, shortest, longest), torch.rand(num)
        size = f'{num} boxes of {shortest} to {longest} px'
        yield 'nms', size, [boxes, scores], {'iou_threshold': 0.7, 'offset': 0}
    boxes, scores = random_boxes(1000, 720, 1280, 20, 300), torch.rand(1000)
    yield 'softnms', '1000 boxes of 20 to 300 px', [boxes, scores, torch.zeros(1000, 5)], {
        'iou_threshold': 0.3, 'sigma': 0.5, 'min_score': 0.05, 'method': 1, 'offset': 0}


def random_boxes(num: int, height: int, width: int, shortest: float, longest: float) -> Tensor:
    """Boxes (N, 4) within an image, sides spread evenly over the octaves."""
    sides = shortest * (longest / shortest) ** torch.rand(num, 2)
    limits = torch.tensor([width, height])
    corner = torch.rand(num, 2) * (limits - sides).clamp(min=0)
    return torch.cat([corner, (corner + sides).minimum(limits)], 1)


def pooling(bins: int, sampling_ratio: int) -> dict[str, object]:
    """Options of RoIAlign at the scale of the map."""
    return {'aligned_height': bins, 'aligned_width': bins, 'spatial_scale': 1.0,
            'sampling_ratio': sampling_ratio, 'pool_mode': 1, 'aligned': True}


def main() -> None:
    """Measure and print a Markdown table."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument('--compiled', metavar='PYTHON', help='Python of an environment with compiled mmcv')
    parser.add_argument('--threads', type=int, default=1, metavar='N', help='threads that both may use')
    parser.add_argument('--worker', action='store_true', help='measure here; print a JSON line per row')
    args = parser.parse_args()
    if args.worker:
        torch.set_num_threads(args.threads)
        for row in measure():
            print(json.dumps(row), flush=True)
            print(row['operator'], row['size'], file=sys.stderr)
        return
    rows = run(args.compiled, args.threads)
    print('| ' + ' | '.join(rows[0]) + ' |\n|' + ' --- |' * len(rows[0]))
    for row in rows:
        cells = (f'{cell:.2f}' if isinstance(cell, float) else cell for cell in row.values())
        print('| ' + ' | '.join(cells) + ' |')


if __name__ == '__main__':
    main()
