"""Run a trained model on a config's test data: scores, result files, videos."""

import argparse

from mmengine.config import Config, DictAction
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
  python tools/test.py CONFIG.py CHECKPOINT.pth --dump-detections d.npz    what is found, before it is tracked
  python tools/test.py OTHER_TRACKER.py --detections d.npz --eval          track that, without a network
"""


def parse_arguments() -> argparse.Namespace:
    """Read the command line."""
    parser = argparse.ArgumentParser(description=__doc__, epilog=EXAMPLES,
                                     formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument('config', help='config file')
    parser.add_argument('checkpoint', nargs='?',
                        help='weights, as train.py leaves them in the work folder; what has none, such as OpenCV\'s '
                             'flow or a tracker with --detections, needs none')
    parser.add_argument('--eval', nargs='*', metavar='METRIC',
                        help=f'print scores: the config\'s own metrics, or any of {", ".join(options.METRICS_BY_NAME)}')
    parser.add_argument('--out', metavar='FILE', help='store the results in the benchmark\'s format')
    parser.add_argument('--show-dir', metavar='FOLDER', help='store videos with the results drawn in')
    parser.add_argument('--panels', nargs='*', metavar='TITLE',
                        help='draw the config\'s panels side by side in these videos, or those named')
    parser.add_argument('--score-curves', metavar='FILE',
                        help='draw how the scores of true and of false tracks change with their age: *.png')
    parser.add_argument('--json', metavar='FILE', help='store the scores as JSON')
    parser.add_argument('--detections', metavar='FILE',
                        help='track the detections in this file in place of the detector\'s: one that '
                             '--dump-detections wrote, or results in any format that can be read, whose ids are left '
                             'aside; images are read only where they are looked at')
    parser.add_argument('--dump-detections', metavar='FILE',
                        help='store what the detector finds, and what the embedder makes of it, before anything is '
                             'tracked: *.npz, for --detections and tune.py; goes without --eval, --out, --show-dir and '
                             '--score-curves')
    parser.add_argument('--work-dir', help='folder for logs (default: work_dirs/CONFIG)')
    parser.add_argument('--trust-checkpoint', action='store_true',
                        help='unpickle a checkpoint of another project, which can run any code')
    parser.add_argument('--cfg-options', nargs='+', action=DictAction, metavar='KEY=VALUE',
                        help='new values for entries of the config, such as model.tracker.max_age=5')
    parser.add_argument('--launcher', choices=LAUNCHERS, default='none', help='what started the processes, if several')
    # PyTorch's old launcher passes it; the environment says the same.
    parser.add_argument('--local-rank', '--local_rank', type=int, help=argparse.SUPPRESS)
    args = parser.parse_args()
    if args.dump_detections and (args.eval is not None or args.out or args.show_dir or args.score_curves):
        parser.error('--dump-detections stores what is not tracked, of which there are no scores, results or videos: '
                     'leave out --eval, --out, --show-dir and --score-curves, and ask for them with --detections '
                     'afterwards')
    if args.panels is not None and (args.detections or not args.show_dir):
        parser.error('--panels show in the videos of --show-dir FOLDER what the network sees, which --detections go '
                     'without')
    if args.checkpoint is None and args.launcher != 'none':
        parser.error('what needs no checkpoint runs in one process: without weights there is nothing to share')
    return args


def configured(args: argparse.Namespace) -> Config:
    """The config with what the options say."""
    config = load_config(args.config, args.cfg_options)
    if args.detections:
        config = options.with_detections(config, args.detections, args.checkpoint is not None)
    if args.dump_detections:
        return options.with_detections_dumped(config, args.dump_detections)
    config = options.with_evaluation(config, args.eval, args.out, args.show_dir, args.score_curves)
    return config if args.panels is None else options.with_panels(config, args.panels)


def main() -> None:
    """Parse, build, test."""
    args = parse_arguments()
    runner = build_runner(configured(args), args.work_dir, args.launcher, args.checkpoint,
                          trust_checkpoint=args.trust_checkpoint)
    if args.checkpoint is None and any(True for _ in runner.model.parameters()):
        what = 'parts of the model that still run with --detections have' if args.detections else 'the model has'
        raise ValueError(f'{args.config}: {what} weights; name a checkpoint')
    scores = as_json(runner.test(), 'scores')
    if is_main_process():
        print(scores)
        if args.json:
            with open_atomic(args.json) as file:
                file.write(scores)


if __name__ == '__main__':
    main()
