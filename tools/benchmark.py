"""Measure speed and memory beside other programs, in one run on one machine; ratios travel, seconds do not."""

import argparse
import sys
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parent))

from benchmarks import inference, memory, ops  # noqa: E402


def parse_arguments() -> argparse.Namespace:
    """Read the command line."""
    parser = argparse.ArgumentParser(description=__doc__)
    commands = parser.add_subparsers(dest='what', required=True)
    network = commands.add_parser('inference', help='MaskTrack R-CNN beside mmdet\'s, same weights and frames')
    network.add_argument('--frames', type=int, default=8)
    commands.add_parser('memory', help='peak memory of tracking 500 and 5,000 frames')
    operators = commands.add_parser('ops', help='operators in plain PyTorch beside compiled mmcv')
    operators.add_argument('--compiled', metavar='PYTHON', help='Python of an environment with compiled mmcv')
    return parser.parse_args()


def main() -> None:
    """Run what was asked for and print it."""
    args = parse_arguments()
    if args.what == 'ops':
        rows = ops.run(args.compiled)
    else:
        rows = [inference.run(args.frames) if args.what == 'inference' else memory.run()]
    for row in rows:
        print('\n'.join(f'{name:24} {value:.4g}' if isinstance(value, float) else f'{name:24} {value}'
                        for name, value in row.items()), end='\n\n')


if __name__ == '__main__':
    main()
