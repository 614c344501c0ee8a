"""Measure speed and memory beside other programs, in one run on one machine; ratios travel, seconds do not."""

import argparse
import importlib
import os
import sys
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parent))
# NumPy's threads wait by spinning, which would count as work; it reads this once, when it is imported.
os.environ.setdefault('OPENBLAS_NUM_THREADS', '1')

from benchmarks.eval import COMPARISONS  # noqa: E402
from benchmarks.track import METHODS  # noqa: E402

from mmvist.io.atomic import open_atomic  # noqa: E402
from mmvist.io.json_file import write_json  # noqa: E402


def parse_arguments() -> argparse.Namespace:
    """Read the command line."""
    parser = argparse.ArgumentParser(description=__doc__)
    commands = parser.add_subparsers(dest='what', required=True)
    network = commands.add_parser('inference', help='MaskTrack R-CNN beside mmdet\'s, same weights and frames')
    network.add_argument('--frames', type=int, default=8)
    clips = commands.add_parser('motsnet', help='MOTSNet at full resolution: shares of its parts, memory of a clip')
    clips.add_argument('--frames', type=int, default=6, help='frames, and training steps, that count')
    clips.add_argument('--clip', type=int, help='frames of a training clip; by default 12 on a GPU and 2 on a CPU')
    graphs = commands.add_parser('rgnnvis', help='RGNNVIS at 864x480: what graph, masks and appearance cost')
    graphs.add_argument('--frames', type=int, default=6, help='times that count')
    graphs.add_argument('--chunk', type=int, default=1, help='frames that come at once')
    pixels = commands.add_parser('pixel_embedding',
                                 help='the spatio-temporal embedding at 640x192: what time and clusters cost')
    pixels.add_argument('--frames', type=int, default=12, help='times that count')
    pixels.add_argument('--chunk', type=int, default=1, help='frames that come at once')
    branches = commands.add_parser('vae', help='VIST-VAE with 800x1333: what its branches cost beside Mask R-CNN')
    branches.add_argument('--steps', type=int, default=3, help='steps of training, and frames, that count')
    branches.add_argument('--size', type=int, nargs=2, default=(800, 1333), metavar=('HEIGHT', 'WIDTH'))
    branches.add_argument('--images', type=int, default=2, help='images of a step')
    linking = commands.add_parser('mining', help='mining at 375x1242: flow, and what linking costs beside it')
    linking.add_argument('--frames', type=int, default=20, help='pairs of frames that count')
    commands.add_parser('mean_shift', help='mean shift beside scikit-learn\'s, where that is installed')
    commands.add_parser('memory', help='peak memory of tracking 500 and 5,000 frames')
    operators = commands.add_parser('ops', help='operators in plain PyTorch beside compiled mmcv')
    operators.add_argument('--compiled', metavar='PYTHON', help='Python of an environment with compiled mmcv')
    scores = commands.add_parser('eval', help='scores of result files beside the official programs')
    scores.add_argument('--data', default='work_dirs/benchmark', metavar='DIR', help='where the sets are kept')
    association = commands.add_parser('track', help='association beside other programs\', on made-up detections')
    for command, rows in ((scores, COMPARISONS), (association, METHODS)):
        command.add_argument('--only', nargs='+', choices=rows, metavar='ROW', help=f'of {", ".join(rows)}')
        command.add_argument('--rounds', type=int, default=3, metavar='N', help='the best of so many runs counts')
        command.add_argument('--small', action='store_true', help='tiny sets: to see that it works, not how fast')
        command.add_argument('--json', metavar='OUT', help='write everything that was measured')
        command.add_argument('--markdown', metavar='OUT', help='write the table')
    return parser.parse_args()


def main() -> None:
    """Run what was asked for and print it."""
    args = parse_arguments()
    benchmark = importlib.import_module(f'benchmarks.{args.what}')
    if args.what in ('eval', 'track'):
        data = (args.data,) if args.what == 'eval' else ()
        rows = benchmark.run(args.only, *data, args.small, args.rounds)
        if args.json:
            write_json(rows, args.json)
        if args.markdown:
            with open_atomic(args.markdown) as file:
                file.write(benchmark.as_table(rows))
        print(benchmark.as_table(rows))
        return
    if args.what == 'ops':
        rows = benchmark.run(args.compiled)
    elif args.what == 'motsnet':
        rows = benchmark.run(args.frames, args.clip)
    elif args.what in ('rgnnvis', 'pixel_embedding'):
        rows = benchmark.run(args.frames, args.chunk)
    elif args.what == 'vae':
        rows = benchmark.run(args.steps, tuple(args.size), args.images)
    elif args.what == 'mining':
        rows = benchmark.run(args.frames)
    elif args.what == 'mean_shift':
        rows = benchmark.run()
    else:
        rows = [benchmark.run(args.frames) if args.what == 'inference' else benchmark.run()]
    for row in rows:
        print('\n'.join(f'{name:24} {value:.4g}' if isinstance(value, float) else f'{name:24} {value}'
                        for name, value in row.items()), end='\n\n', flush=True)


if __name__ == '__main__':
    main()
