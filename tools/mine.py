"""Mine annotations from raw videos: segments of a detector, linked to tracks, ready to train on."""

import argparse
import os
import sys

import torch
from mmengine.config import DictAction

from mmvist.engine import check_config, load_config
from mmvist.engine.distributed import LAUNCHERS, join_processes
from mmvist.mining import mine

EXAMPLES = """examples:
  python tools/mine.py CONFIG.py VIDEOS --checkpoint CHECKPOINT.pth --out data/mined      a folder of mp4 files
  python tools/mine.py CONFIG.py one.mp4 frames/of/another --out data/mined --checkpoint CHECKPOINT.pth
  tools/dist_mine.sh CONFIG.py 4 VIDEOS --out data/mined --checkpoint CHECKPOINT.pth      on 4 GPUs
The same command, without --redo, goes on where a run was interrupted. docs/mining.md tells more.
"""


def parse_arguments() -> argparse.Namespace:
    """Read the command line."""
    parser = argparse.ArgumentParser(description=__doc__, epilog=EXAMPLES,
                                     formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument('config', help='config of a detector, with an entry `mining`')
    parser.add_argument('videos', nargs='+',
                        help='video files, folders of images, or folders of these; NAME=PATH names a video')
    parser.add_argument('--out', required=True, metavar='FOLDER', help='where annotations and all stages go')
    parser.add_argument('--checkpoint', help='weights of the detector')
    parser.add_argument('--keep-flow', action='store_true',
                        help='store optical flow, to try other rules without estimating it anew')
    parser.add_argument('--redo', choices=('segments', 'tracks'),
                        help='throw away what this stage, and what follows it, has made of all videos')
    parser.add_argument('--chunk', type=int, default=1, help='frames the detector sees at once; more keep a GPU busy')
    parser.add_argument('--device', help='such as cpu or cuda:1 (default: a GPU if there is one)')
    parser.add_argument('--trust-checkpoint', action='store_true',
                        help='unpickle a checkpoint of another project, which can run any code')
    parser.add_argument('--cfg-options', nargs='+', action=DictAction, metavar='KEY=VALUE',
                        help='new values for entries of the config, such as mining.min_score=0.7')
    parser.add_argument('--launcher', choices=LAUNCHERS, default='none', help='what started the processes, if several')
    return parser.parse_args()


def main() -> int:
    """Parse, mine, say what was found; a single process ends with status 1 if a video could not be mined."""
    args = parse_arguments()
    config = load_config(args.config, args.cfg_options)
    check_config(config)
    device = args.device
    if args.launcher != 'none':
        join_processes(args.launcher)
        if device is None and torch.cuda.is_available():
            device = f'cuda:{int(os.environ["LOCAL_RANK"]) % torch.cuda.device_count()}'
    mined = mine(config, args.videos, args.out, args.checkpoint, device, args.chunk, args.trust_checkpoint,
                 args.keep_flow, args.redo)
    if mined is None:
        return 0
    summary, seconds = mined
    print(summary.as_text(seconds))
    return 1 if summary.failed and args.launcher == 'none' else 0


if __name__ == '__main__':
    sys.exit(main())
