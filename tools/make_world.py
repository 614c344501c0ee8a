"""Make the synthetic street world: videos with exact ground truth, in the formats of real datasets."""

import argparse

import cv2

from mmvist.worlds import WorldConfig
from mmvist.worlds.writer import write


def parse_args() -> argparse.Namespace:
    """Read the command line."""
    default = WorldConfig()
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument('--out', required=True, help='folder to make')
    parser.add_argument('--train-videos', type=int, default=default.num_train_videos)
    parser.add_argument('--val-videos', type=int, default=default.num_val_videos)
    parser.add_argument('--frames', type=int, default=default.num_frames, help='frames a video')
    parser.add_argument('--size', type=int, nargs=2, default=(default.height, default.width),
                        metavar=('HEIGHT', 'WIDTH'))
    parser.add_argument('--fps', type=float, default=default.fps)
    parser.add_argument('--camera-speed', type=float, default=default.camera_speed, help='fastest, metres a second')
    parser.add_argument('--drives', type=float, default=default.drives,
                        help='share of videos without a hard case in which the camera drives along the street')
    parser.add_argument('--objects', type=int, nargs=2, default=(default.min_objects, default.max_objects),
                        metavar=('FEWEST', 'MOST'), help='objects a video')
    parser.add_argument('--occlusion', type=float, default=default.occlusion,
                        help='largest part of an object, in 0..1, that others cover where no hard case is staged')
    parser.add_argument('--full-occlusions', type=float, default=default.full_occlusions,
                        help='share of videos in which an object vanishes behind another and returns')
    parser.add_argument('--look-alikes', type=float, default=default.look_alikes,
                        help='share of videos in which two objects of equal looks cross')
    parser.add_argument('--reentries', type=float, default=default.reentries,
                        help='share of videos in which an object leaves the image and comes back')
    parser.add_argument('--noise', type=float, default=default.noise, help='standard deviation in grey levels')
    parser.add_argument('--seed', type=int, default=default.seed)
    parser.add_argument('--workers', type=int, default=1, help='processes; the files do not depend on it')
    return parser.parse_args()


def main() -> None:
    """Write the world, unless it is there."""
    args = parse_args()
    cv2.setNumThreads(1)
    try:
        config = WorldConfig(
            seed=args.seed, num_train_videos=args.train_videos, num_val_videos=args.val_videos,
            num_frames=args.frames, height=args.size[0], width=args.size[1], fps=args.fps,
            camera_speed=args.camera_speed, drives=args.drives, min_objects=args.objects[0],
            max_objects=args.objects[1], occlusion=args.occlusion, full_occlusions=args.full_occlusions,
            look_alikes=args.look_alikes, reentries=args.reentries, noise=args.noise)
        written = write(config, args.out, args.workers)
    except ValueError as error:
        raise SystemExit(f'make_world: {error}') from None
    print(f'{args.out}: {"written" if written else "already there"}')


if __name__ == '__main__':
    main()
