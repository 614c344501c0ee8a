"""Make sparse optical flow to train HD3 on: of a mining run's static scene, or sampled from a street world."""

import argparse
import shutil
import sys
import tempfile
import traceback
from collections.abc import Iterator
from pathlib import Path

import cv2
import numpy as np

from mmvist.io import ytvis
from mmvist.io.detections import DetectionsReader
from mmvist.io.flow import read_flow, write_flow
from mmvist.io.progress import progress
from mmvist.mining.flow_targets import sample_flow, write_targets
from mmvist.mining.structure import MARGIN, reconstruct
from mmvist.structures import VideoTracks, rle

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
    mined.add_argument('--threads', type=int, default=-1)
    world = commands.add_parser('world', help='what structure from motion would know of a street world')
    world.add_argument('folder', type=Path, help='a world of make_world.py')
    world.add_argument('--out', type=Path, required=True, metavar='FOLDER')
    world.add_argument('--share', type=float, default=0.02, help='of the pixels of the static scene')
    world.add_argument('--seed', type=int, default=0)
    return parser.parse_args()


def main() -> int:
    """Parse and write; the status is 1 if a scene could not be reconstructed."""
    args = parse_arguments()
    return _sfm(args) if args.what == 'sfm' else _world(args)


def _sfm(args: argparse.Namespace) -> int:
    files, failed = sorted((args.folder / 'segments').glob('*.npz')), []
    if not files:
        raise FileNotFoundError(f'{args.folder / "segments"}: no segments there; mine.py makes them')
    for file in progress(files, len(files), 'Structure from motion'):
        segments = DetectionsReader(file).read(0)
        name = segments.video.name
        done = args.folder / 'flow_targets' / 'done' / name
        if done.exists():
            continue
        positions = None if args.positions is None else np.loadtxt(args.positions / f'{name}.txt', ndmin=2)[:, :3]
        with tempfile.TemporaryDirectory() as temporary:
            work = Path(temporary) if args.work is None else args.work / name
            try:
                seen = reconstruct(args.folder / 'images' / name, work, segments, positions, args.threads)
            except ValueError:
                failed.append(name)
                traceback.print_exc()
                continue
        count = write_targets(seen, args.folder / 'flow_targets', name, segments.video.height, segments.video.width)
        print(f'{name}: {count} pixels of {segments.video.length} frames have flow')
        done.parent.mkdir(parents=True, exist_ok=True)
        done.touch()
    if failed:
        print(f'{len(failed)} of {len(files)} videos could not be reconstructed: {", ".join(failed)}')
    return 1 if failed else 0


def _world(args: argparse.Namespace) -> int:
    generator = np.random.default_rng(args.seed)
    videos = [(split, tracks) for split in ('train', 'val')
              for tracks in ytvis.read(args.folder / f'{split}.json').videos]
    for split, tracks in progress(videos, len(videos), 'Sampling flow'):
        for folder in ('flow', 'flow_forward'):
            target = args.out / folder / split / tracks.video.name
            shutil.rmtree(target, ignore_errors=True)
            for frame, still in _still(tracks):
                path = args.folder / folder / split / tracks.video.name / f'{frame:05d}.png'
                write_flow(*sample_flow(*read_flow(path), still, args.share, generator), target / path.name)
    return 0


def _still(tracks: VideoTracks) -> Iterator[tuple[int, np.ndarray]]:
    """Each frame and its pixels (H, W) bool that are not near an object."""
    height, width = tracks.video.height, tracks.video.width
    near = cv2.getStructuringElement(cv2.MORPH_ELLIPSE, (2 * MARGIN + 1,) * 2)
    for frame in range(tracks.video.length):
        covered = rle.decode(rle.union(tracks.masks[tracks.rows_at(frame)], height, width), height, width)
        yield frame, cv2.dilate(covered.astype(np.uint8), near) == 0


if __name__ == '__main__':
    sys.exit(main())
