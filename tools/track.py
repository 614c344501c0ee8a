"""Follow the objects of a video: a file, a folder of images, a pattern or a camera."""

import argparse

from mmengine.config import DictAction

from mmvist.apis import VISInferencer, track_to_files
from mmvist.engine import load_config, options

EXAMPLES = """examples:
  python tools/track.py CONFIG.py CHECKPOINT.pth video.mp4 --out tracked.mp4 --json tracked.json
  python tools/track.py CONFIG.py CHECKPOINT.pth folder/of/images --out tracked.mp4
  python tools/track.py CONFIG.py CHECKPOINT.pth video.mp4 --out seen.mp4 --panels         what the model sees
  python tools/track.py CONFIG.py CHECKPOINT.pth 0 --out camera.mp4          the first camera, until Ctrl-C
"""


def parse_arguments() -> argparse.Namespace:
    """Read the command line."""
    parser = argparse.ArgumentParser(description=__doc__, epilog=EXAMPLES,
                                     formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument('config', help='config file')
    parser.add_argument('checkpoint', help='weights, as train.py leaves them in the work folder')
    parser.add_argument('source', help='video file, image, folder of images, quoted pattern, or number of a camera')
    parser.add_argument('--out', metavar='MP4', help='store the video with its instances drawn')
    parser.add_argument('--panels', nargs='*', metavar='TITLE',
                        help='draw the config\'s panels side by side, or those named, such as embedding and depth')
    parser.add_argument('--json', metavar='FILE', help='store masks, boxes, classes, scores and ids of every frame')
    parser.add_argument('--strip', metavar='PNG', help='store a film strip, one row a track')
    parser.add_argument('--device', help='such as cpu or cuda:1 (default: a GPU if there is one)')
    parser.add_argument('--chunk', type=int, default=1, help='frames the network sees at once; more keep a GPU busy')
    parser.add_argument('--skip-broken', action='store_true', help='leave broken frames out, with a warning')
    parser.add_argument('--trust-checkpoint', action='store_true',
                        help='unpickle a checkpoint of another project, which can run any code')
    parser.add_argument('--cfg-options', nargs='+', action=DictAction, metavar='KEY=VALUE',
                        help='new values for entries of the config, such as model.tracker.max_age=5')
    args = parser.parse_args()
    if not (args.out or args.json or args.strip):
        parser.error('nothing to do: give --out, --json or --strip')
    if args.panels is not None and not args.out:
        parser.error('--panels are drawn in the video: name it with --out')
    return args


def main() -> None:
    """Parse, build, track."""
    args = parse_arguments()
    config = load_config(args.config, args.cfg_options)
    if args.panels is not None:
        config = options.with_panels(config, args.panels)
    inferencer = VISInferencer(config, args.checkpoint, args.device, chunk=args.chunk,
                               trust_checkpoint=args.trust_checkpoint)
    count = track_to_files(inferencer, args.source, args.out, args.json, args.strip, args.skip_broken,
                           args.panels is not None)
    print(f'{count} frames; wrote {", ".join(filter(None, (args.out, args.json, args.strip)))}')


if __name__ == '__main__':
    main()
