"""Make sparse optical flow to train HD3 on: of a mining run's static scene, or sampled from a street world."""

import argparse
import sys
from pathlib import Path

from mmvist.mining.flow_targets import write_targets_of_mined, write_targets_of_world

EXAMPLES = """examples:
  python tools/flow_targets.py sfm data/mined                    points of the scene, by structure from motion
  python tools/flow_targets.py sfm data/mined --positions gps    with a file VIDEO.txt of latitude longitude altitude
  python tools/flow_targets.py world data/street_world --out data/street_world_sparse --share 0.02
"""


def parse_arguments() -> argparse.Namespace:
    """Read the command line."""
    parser = argparse.ArgumentParser(description=__doc__, epilog=EXAMPLES,
                                     formatter_class=argparse.RawDescriptionHelpFormatter)
    commands = parser.add_subparsers(dest='what', required=True)
    mined = commands.add_parser('sfm', help='structure from motion of a folder that mine.py has filled')
    mined.add_argument('folder', type=Path, help='a folder of mine.py; flow goes to flow_targets/ in it')
    mined.add_argument('--positions', type=Path, metavar='FOLDER',
                       help='files VIDEO.txt, a line "latitude longitude altitude" for each frame, as GPS tells')
    mined.add_argument('--work', type=Path, metavar='FOLDER', help='keep what COLMAP leaves')
    mined.add_argument('--threads', type=int, default=-1, help='by default all')
    world = commands.add_parser('world', help='what structure from motion would know of a street world')
    world.add_argument('folder', type=Path, help='a world of make_world.py')
    world.add_argument('--out', type=Path, required=True, metavar='FOLDER')
    world.add_argument('--share', type=float, default=0.02, help='of the pixels of the static scene')
    world.add_argument('--seed', type=int, default=0)
    return parser.parse_args()


def main() -> int:
    """Parse and write; the status is 1 if a scene could not be reconstructed."""
    args = parse_arguments()
    if args.what == 'world':
        write_targets_of_world(args.folder, args.out, args.share, args.seed)
        return 0
    failed = write_targets_of_mined(args.folder, args.positions, args.work, args.threads)
    if failed:
        print(f'{len(failed)} videos could not be reconstructed: {", ".join(failed)}')
    return 1 if failed else 0


if __name__ == '__main__':
    sys.exit(main())
