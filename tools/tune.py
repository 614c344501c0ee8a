"""Search the numbers of a tracker on stored detections: no network, thousands of trackers.

The config's `tuning` says which numbers, in which ranges, and which score counts:

  tuning = dict(metric='mots/sMOTSA', space={
      'tracker.max_age': dict(type='Integer', low=1, high=30),
      'tracker.stages.0.gates.1.threshold': dict(type='Uniform', low=0.1, high=0.9)})

Ranges are Uniform and LogUniform (low, high), Integer (low, high, both included) and Choice (values). The first trial
is the config as it is. Started again with the same options, the search goes on where it was; with more --trials it goes
further. best.py in the folder is the config with the best values; entries changed by --cfg-options outside of the
tracker are not in it.
"""

import argparse
import sys

from mmengine.config import DictAction

from mmvist.engine import load_config
from mmvist.tuning import tune

REFUSED, INTERRUPTED = 2, 130
EXAMPLES = """examples:
  python tools/test.py CONFIG.py CHECKPOINT.pth --dump-detections val.npz
  python tools/tune.py CONFIG.py val.npz --out work_dirs/tuned --trials 1000 --workers 8
  python tools/test.py work_dirs/tuned/best.py --detections val.npz --eval
"""


def parse_args(arguments: list[str] | None = None) -> argparse.Namespace:
    """Read the command line."""
    parser = argparse.ArgumentParser(description=__doc__, epilog=EXAMPLES,
                                     formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument('config', help='config file, with `tuning`')
    parser.add_argument('detections', help='what its detector found in its test videos, as test.py --dump-detections '
                                           'stores it, or results in any format that can be read')
    parser.add_argument('--out', required=True, metavar='DIR', help='folder for the log, best.json and best.py')
    parser.add_argument('--trials', type=int, default=1000, metavar='N', help='trackers to try (default: 1000)')
    parser.add_argument('--metric', metavar='NAME', help='score that counts, the more the better, such as mots/sMOTSA '
                                                         'or mots/car/sMOTSA (default: the config\'s)')
    parser.add_argument('--workers', type=int, default=1, metavar='N', help='processes that share the trials')
    parser.add_argument('--seed', type=int, default=0, help='what the trials are drawn from (default: 0)')
    parser.add_argument('--cfg-options', nargs='+', action=DictAction, metavar='KEY=VALUE',
                        help='new values for entries of the config, such as model.tracker.max_age=5')
    return parser.parse_args(arguments)


def run(args: argparse.Namespace) -> None:
    """Search; tell what is better than all before, and the best in the end."""
    config = load_config(args.config, args.cfg_options)
    trials = tune(config, args.detections, args.out, args.trials, args.metric, args.workers, args.seed)
    best = None
    for trial in trials:
        if best is None or trial.rank > best.rank:
            best = trial
            print(f'trial {best.index}: {best.score}')
    for key, value in best.values.items():
        print(f'{key} = {value!r}')
    print(f'best: trial {best.index}, {best.score}; {args.out}/best.py')


def main(arguments: list[str] | None = None) -> int:
    """Run the tool; returns the exit status, 2 for input that is refused."""
    args = parse_args(arguments)
    try:
        run(args)
    except (ValueError, OSError) as error:
        print(f'tune.py: {error}', file=sys.stderr)
        return REFUSED
    except KeyboardInterrupt:
        return INTERRUPTED
    return 0


if __name__ == '__main__':
    sys.exit(main())
