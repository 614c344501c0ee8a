"""Run a trained model on a config's test data: scores, result files, videos."""

import argparse

from mmengine.config import DictAction
from mmengine.dist import is_main_process

from mmvist.engine import build_runner, load_config, options
from mmvist.engine.distributed import LAUNCHERS
from mmvist.engine.plain import as_json
from mmvist.io.atomic import open_atomic

EXAMPLES = """examples:
  python tools/test.py CONFIG.py CHECKPOINT.pth --eval                     the config's own metrics
  python tools/test.py CONFIG.py CHECKPOINT.pth --eval ytvis mots          these metrics
  python tools/test.py CONFIG.py CHECKPOINT.pth --out results.json         results for a benchmark's server
  tools/dist_test.sh CONFIG.py CHECKPOINT.pth 4 --eval                     the same on 4 GPUs
"""


def parse_arguments() -> argparse.Namespace:
    """Read the command line."""
    parser = argparse.ArgumentParser(description=__doc__, epilog=EXAMPLES,
                                     formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument('config', help='config file')
    parser.add_argument('checkpoint', help='weights, as train.py leaves them in the work folder')
    parser.add_argument('--eval', nargs='*', metavar='METRIC',
                        help=f'print scores: the config\'s own metrics, or any of {", ".join(options.METRICS_BY_NAME)}')
    parser.add_argument('--out', metavar='FILE', help='store the results in the benchmark\'s format')
    parser.add_argument('--show-dir', metavar='FOLDER', help='store videos with the results drawn in')
    parser.add_argument('--json', metavar='FILE', help='store the scores as JSON')
    parser.add_argument('--work-dir', help='folder for logs (default: work_dirs/CONFIG)')
    parser.add_argument('--trust-checkpoint', action='store_true',
                        help='unpickle a checkpoint of another project, which can run any code')
    parser.add_argument('--cfg-options', nargs='+', action=DictAction, metavar='KEY=VALUE',
                        help='new values for entries of the config, such as model.tracker.max_age=5')
    parser.add_argument('--launcher', choices=LAUNCHERS, default='none', help='what started the processes, if several')
    # PyTorch's old launcher passes it; the environment says the same.
    parser.add_argument('--local-rank', '--local_rank', type=int, help=argparse.SUPPRESS)
    return parser.parse_args()


def main() -> None:
    """Parse, build, test."""
    args = parse_arguments()
    config = load_config(args.config, args.cfg_options)
    config = options.with_evaluation(config, args.eval, args.out, args.show_dir)
    runner = build_runner(config, args.work_dir, args.launcher, args.checkpoint,
                          trust_checkpoint=args.trust_checkpoint)
    scores = as_json(runner.test(), 'scores')
    if is_main_process():
        print(scores)
        if args.json:
            with open_atomic(args.json) as file:
                file.write(scores)


if __name__ == '__main__':
    main()
