"""Score result files against ground truth; needs neither model nor GPU.

Shares are shown in percent, undefined ones as "-". What every score is, and whose rules it follows, is told in
docs/evaluation.md.
"""

import argparse
import sys
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

from mmvist.evaluation.compare import comparison_grids, result_names
from mmvist.evaluation.files import BENCHMARK_SCORES, count_files
from mmvist.evaluation.functional import METRICS, Scoring
from mmvist.evaluation.functional.rules import RULES, TRACK_RULES
from mmvist.evaluation.functional.window_protocol import WindowRules
from mmvist.evaluation.report import as_json, as_markdown, as_text, score_grids, without_classes
from mmvist.io.atomic import open_atomic
from mmvist.io.detect import detect_format
from mmvist.io.formats import FORMATS
from mmvist.io.hard_cases import read_hard_cases
from mmvist.io.json_file import write_json

REFUSED, INTERRUPTED = 2, 130
EXAMPLES = """examples:
  python tools/eval.py results.json --gt val.json                          YouTube-VIS AP
  python tools/eval.py results.json --gt val.json --metrics ytvis mots hota --overlaps by_score
  python tools/eval.py results/ --gt instances_txt/ --seqmap val.seqmap    KITTI MOTS or MOTSChallenge
  python tools/eval.py results/ --gt instances_txt/ --rules trackeval --per-class --per-video
  python tools/eval.py old.json new.json --gt val.json                     two results side by side
  python tools/eval.py a.json b.json --gt val.json --metrics hota --hard-cases hard_cases.json
  python tools/eval.py results.json --gt windows.json --metrics windows --skip 2
  python tools/eval.py results.json --gt val.json --json scores.json --markdown scores.md --plots plots/
"""


def parse_args(arguments: list[str] | None = None) -> argparse.Namespace:
    """Read the command line."""
    parser = argparse.ArgumentParser(description=__doc__, epilog=EXAMPLES,
                                     formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument('results', nargs='+', metavar='PRED',
                        help='results, in the ground truth\'s format; several are compared, each with the first')
    parser.add_argument('--gt', required=True, help='ground truth: a file or a folder')
    parser.add_argument('--format', default='auto', choices=['auto', *FORMATS],
                        help='format of both; auto looks at the ground truth')
    parser.add_argument('--seqmap', metavar='FILE', help='sequences to score and their last frames, where the format '
                                                         'has a file or folder a sequence')
    parser.add_argument('--split', metavar='FILE', help='videos to score, one a line; by default all of the ground '
                                                        'truth')
    options = parser.add_argument_group('what is scored', 'by default as the benchmark of the format does')
    options.add_argument('--metrics', nargs='+', choices=METRICS, metavar='METRIC',
                         help=f'any of {", ".join(METRICS)}')
    options.add_argument('--hard-cases', metavar='FILE',
                         help='moments that are hard for a tracker, scored by kind: metric "hard"')
    options.add_argument('--rules', choices=['auto', *{**RULES, **TRACK_RULES}], default='auto',
                         help='count as this program does; auto: each score as its own benchmark\'s program')
    options.add_argument('--overlaps', choices=['error', 'by_score', 'keep'],
                         help='masks of one frame that share pixels: refuse them, give the pixels to the higher score, '
                              'or compare them as they are; AP always keeps them')
    options.add_argument('--regions', choices=['auto', 'masks', 'boxes'], default='auto', help='what is compared')
    options.add_argument('--min-score', type=float, metavar='S',
                         help='leave out tracks that score below; AP ranks all of them')
    usual = WindowRules()
    options.add_argument('--size', type=int, nargs=2, metavar=('H', 'W'),
                         help=f'pixels of a frame in which "windows" compares masks, {usual.height} {usual.width} by '
                              'default')
    options.add_argument('--skip', type=int, metavar='N',
                         help='frames at the start of each window that "windows" leaves out, one less than the network '
                              f'sees at a time; {usual.skip} by default')
    output = parser.add_argument_group('output')
    output.add_argument('--per-class', action='store_true', help='show each class, too; JSON always has them')
    output.add_argument('--per-video', action='store_true', help='score each video, too')
    output.add_argument('--json', metavar='OUT', help='write the scores to this file, as fractions, null where '
                                                      'undefined; of several results {"results": {name: scores}}')
    output.add_argument('--markdown', metavar='OUT', help='write the tables to this file')
    output.add_argument('--plots', metavar='DIR', help='write curves and bars as PNG to this folder; needs matplotlib')
    parser.add_argument('--workers', type=int, default=1, metavar='N', help='processes that share the videos')
    args = parser.parse_args(arguments)
    if args.workers < 1:
        parser.error(f'argument --workers: must be at least 1, got {args.workers}')
    if 'windows' not in (args.metrics or ()) and not (args.size is None and args.skip is None):
        parser.error('--size and --skip are for the metric windows')
    return args


def scoring_of(args: argparse.Namespace, format: str) -> Scoring:
    """What the format's benchmark reports, but for what the options say."""
    usual = BENCHMARK_SCORES[format]
    metrics = [*(args.metrics or usual.metrics), *(['hard'] if args.hard_cases else [])]
    chosen = {'metrics': tuple(dict.fromkeys(metrics)), 'overlaps': args.overlaps, 'min_score': args.min_score,
              'rules': args.rules, 'regions': args.regions,
              'hard_cases': read_hard_cases(args.hard_cases) if args.hard_cases else None,
              'windows': WindowRules(*(args.size or (usual.windows.height, usual.windows.width)), args.skip or 0)}
    return replace(usual, **{key: value for key, value in chosen.items() if value not in (None, 'auto')})


def plotter() -> Callable[..., list[Path]]:
    """What draws: loaded when asked for, as it is slow, and before the work, as it may be missing."""
    try:
        from mmvist.evaluation.plots import write_plots
    except ModuleNotFoundError as error:
        raise ValueError(f'--plots needs the package {error.name}, which is not installed') from None
    return write_plots


def run(args: argparse.Namespace) -> None:
    """Score, then show and write."""
    write_plots = plotter() if args.plots else None
    names = result_names(args.results)
    format = detect_format(args.gt) if args.format == 'auto' else args.format
    scoring = scoring_of(args, format)
    counted = {name: count_files(path, args.gt, format, scoring, args.seqmap, args.split, args.workers)
               for name, path in zip(names, args.results, strict=True)}
    scores = {name: result.scores(args.per_video) for name, result in counted.items()}
    shown = scores if args.per_class else {name: without_classes(flat) for name, flat in scores.items()}
    grids = score_grids(shown[names[0]]) if len(names) == 1 else comparison_grids(shown)
    flat = {name: as_json(values) for name, values in scores.items()}
    if args.json:
        write_json(flat[names[0]] if len(names) == 1 else {'results': flat}, args.json)
    if args.markdown:
        with open_atomic(args.markdown) as file:
            file.write(as_markdown(grids))
    print(as_text(grids))
    if write_plots is not None:
        for path in write_plots(counted, args.plots):
            print(path)


def main(arguments: list[str] | None = None) -> int:
    """Run the tool; returns the exit status, 2 for input that is refused."""
    args = parse_args(arguments)
    try:
        run(args)
    except (ValueError, OSError) as error:
        print(f'eval.py: {error}', file=sys.stderr)
        return REFUSED
    except KeyboardInterrupt:
        return INTERRUPTED
    return 0


if __name__ == '__main__':
    sys.exit(main())
