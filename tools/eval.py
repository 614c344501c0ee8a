"""Score a result file against ground truth; needs neither model nor GPU."""

import argparse
import sys

from mmvist.evaluation.files import METRICS, score_files
from mmvist.evaluation.report import as_json, markdown_table, text_table, without_classes
from mmvist.io.atomic import open_atomic
from mmvist.io.formats import FORMATS
from mmvist.io.json_file import write_json


def parse_args(arguments: list[str] | None = None) -> argparse.Namespace:
    """Read the command line."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument('results', help='YouTube-VIS result file (.json), or a folder of KITTI MOTS text files')
    parser.add_argument('--gt', required=True, help='ground truth: a YouTube-VIS file, or a folder of KITTI MOTS '
                                                    'text files or PNG folders')
    parser.add_argument('--format', default='auto', choices=['auto', *FORMATS],
                        help='format of both; auto takes .json for ytvis, all else for kitti_mots')
    parser.add_argument('--metrics', nargs='+', choices=METRICS,
                        help='ytvis: AP and AR of tracks, mots: sMOTSA and others; the format\'s own by default')
    parser.add_argument('--min-score', type=float, default=0.0,
                        help='mots counts tracks from this score on (default: all)')
    parser.add_argument('--seqmap', help='MOTS: file of the sequences to score, with their last frames')
    parser.add_argument('--per-class', action='store_true', help='also score each class')
    parser.add_argument('--per-video', action='store_true', help='also score each video')
    parser.add_argument('--json', help='write the scores to this file, as fractions, null where undefined')
    parser.add_argument('--markdown', help='write the table to this file')
    return parser.parse_args(arguments)


def main(arguments: list[str] | None = None) -> int:
    """Run the tool; returns the exit status, 2 for input that is refused."""
    args = parse_args(arguments)
    try:
        scores = score_files(args.results, args.gt, args.metrics, args.format, args.seqmap, args.per_video,
                             args.min_score)
    except (ValueError, OSError) as error:
        print(f'eval.py: {error}', file=sys.stderr)
        return 2
    scores = scores if args.per_class else without_classes(scores)
    print(text_table(scores))
    if args.json:
        write_json(as_json(scores), args.json)
    if args.markdown:
        with open_atomic(args.markdown) as file:
            file.write(markdown_table(scores))
    return 0


if __name__ == '__main__':
    sys.exit(main())
