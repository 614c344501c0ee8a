"""Train what a config describes; a training whose loss is no longer finite ends with status 3."""

import argparse
import sys

from mmengine.config import DictAction
from mmengine.dist import is_main_process

from mmvist.engine import TrainingDivergedError, build_runner, load_config, options
from mmvist.engine.distributed import LAUNCHERS

EXAMPLES = """examples:
  python tools/train.py configs/METHOD/CONFIG.py
  python tools/train.py CONFIG.py --resume                                 go on where the last run stopped
  python tools/train.py CONFIG.py --cfg-options model.tracker.max_age=5    change an entry of the config
  tools/dist_train.sh CONFIG.py 4                                          the same on 4 GPUs
"""


def parse_arguments() -> argparse.Namespace:
    """Read the command line."""
    parser = argparse.ArgumentParser(description=__doc__, epilog=EXAMPLES,
                                     formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument('config', help='config file')
    parser.add_argument('--work-dir', help='folder for logs and checkpoints (default: work_dirs/CONFIG)')
    parser.add_argument('--resume', nargs='?', const=True, default=False, metavar='CHECKPOINT',
                        help='go on from a checkpoint, or without one from the last in the work folder, if any')
    parser.add_argument('--seed', type=int, help='seed of weights, sampling and augmentation')
    parser.add_argument('--amp', action='store_true', help='mixed precision, on a GPU')
    parser.add_argument('--auto-scale-lr', action='store_true', help='scale the learning rate by the clips in a step')
    parser.add_argument('--skip-broken', action='store_true',
                        help='leave out what cannot be read from the training data, with a warning')
    parser.add_argument('--trust-checkpoint', action='store_true',
                        help='unpickle checkpoints of other projects, which can run any code')
    parser.add_argument('--cfg-options', nargs='+', action=DictAction, metavar='KEY=VALUE',
                        help='new values for entries of the config, such as train_cfg.max_epochs=3')
    parser.add_argument('--launcher', choices=LAUNCHERS, default='none', help='what started the processes, if several')
    # PyTorch's old launcher passes it; the environment says the same.
    parser.add_argument('--local-rank', '--local_rank', type=int, help=argparse.SUPPRESS)
    return parser.parse_args()


def main() -> None:
    """Parse, build, train."""
    args = parse_arguments()
    config = load_config(args.config, args.cfg_options)
    if args.seed is not None:
        config = options.with_seed(config, args.seed)
    if args.amp:
        config = options.with_mixed_precision(config)
    if args.auto_scale_lr:
        config = options.with_scaled_learning_rate(config)
    if args.skip_broken:
        config = options.with_broken_items_skipped(config)
    runner = build_runner(config, args.work_dir, args.launcher, args.resume if isinstance(args.resume, str) else None,
                          bool(args.resume), args.trust_checkpoint)
    try:
        runner.train()
    except TrainingDivergedError as error:
        if is_main_process():
            print(error, file=sys.stderr)
        sys.exit(3)


if __name__ == '__main__':
    main()
