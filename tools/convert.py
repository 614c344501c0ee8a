"""Bring annotations, results and checkpoints into other forms; look what annotations hold; draw splits, cut windows.

Exit status: 0 when all went well, 2 for what is refused or broken. What `check` finds odd is told, and is no failure.
"""

import argparse
import sys

from mmvist.io.checks import Report, examine
from mmvist.io.convert import SOURCES, TARGETS, Request, Windows, convert, read_source, tell_format
from mmvist.io.convert.classes import read_class_map
from mmvist.io.convert.lists import write_random_split
from mmvist.io.json_file import write_json
from mmvist.io.problems import FormatError

REFUSED, INTERRUPTED = 2, 130
EXAMPLES = """examples:
  python tools/convert.py annotations train.json instances_txt --to kitti_mots --class-map map.json --overlaps by_score
  python tools/convert.py annotations results.json results --to kitti_mots --results --gt val.json --classes car
  python tools/convert.py annotations tracked.json labels.json --to ytvis
  python tools/convert.py annotations instances_txt gt.json --to ytvis --seqmap val.seqmap --images training/image_02
  python tools/convert.py check instances_txt --seqmap val.seqmap --json report.json
  python tools/convert.py split train.json --out train.txt val.txt --num 200
  python tools/convert.py windows instances_txt windows.json --classes car --seqmap val.seqmap --images image_02
  python tools/convert.py checkpoint theirs.pth ours.pth --from mmdet-masktrack-rcnn
  python tools/convert.py checkpoint yolact_resnet50_54_800000.pth yolact.pth --from yolact --without-classes
"""


def parse_args(arguments: list[str] | None = None) -> argparse.Namespace:
    """Read the command line."""
    parser = argparse.ArgumentParser(description=__doc__, epilog=EXAMPLES,
                                     formatter_class=argparse.RawDescriptionHelpFormatter)
    commands = parser.add_subparsers(dest='command', required=True)
    for name, add, what in (
            ('annotations', add_annotations, 'annotations or results into another format'),
            ('check', add_check, 'all that is wrong with annotations, what they hold, and what is odd'),
            ('split', add_split, 'lists of videos to train on and to hold out'),
            ('windows', add_windows, 'windows of a few frames as videos of their own, to score as Hu et al. (2019) do, '
                                     'in YouTube-VIS JSON'),
            ('checkpoint', add_checkpoint, 'the weights of another program\'s checkpoint under our names')):
        add(commands.add_parser(name, help=what, description=f'Write {what}.'))
    return parser.parse_args(arguments)


def add_source(parser: argparse.ArgumentParser, format: str) -> None:
    """What is read."""
    parser.add_argument('source', help='annotations: a file or folder')
    parser.add_argument(format, dest='origin', default='auto', choices=['auto', *SOURCES], metavar='FORMAT',
                        help=f'its format, one of {", ".join(SOURCES)}; auto tells it by its looks')
    parser.add_argument('--seqmap', metavar='FILE', help='sequences wanted, with their first and last frames')


def add_choice(parser: argparse.ArgumentParser) -> None:
    """Which part of what is read is written, and over what."""
    parser.add_argument('--split', metavar='FILE', help='list of the videos wanted')
    parser.add_argument('--classes', nargs='+', metavar='NAME', help='keep these, drop objects of others')
    parser.add_argument('--class-map', metavar='JSON', help='file {"sedan": "car", "*": "other"} with new names of '
                                                            'classes; objects of those it does not name are dropped')
    parser.add_argument('--images', dest='img_prefix', metavar='PREFIX',
                        help='root of the images, which tell what annotations may not: their names, and the size of '
                             'videos without objects')
    parser.add_argument('--overwrite', action='store_true', help='replace what is at OUT, a folder as a whole')


def add_annotations(parser: argparse.ArgumentParser) -> None:
    """Options of `annotations`."""
    add_source(parser, '--from')
    parser.add_argument('out', help='file or folder to write, as the format has it')
    parser.add_argument('--to', required=True, choices=TARGETS, metavar='FORMAT', help=f'one of {", ".join(TARGETS)}')
    add_choice(parser)
    parser.add_argument('--results', action='store_true', help='SOURCE holds results')
    parser.add_argument('--gt', dest='ground_truth', metavar='GT', help='what the results are of, in their format; '
                                                                        'frame JSON needs none, and takes any format')
    parser.add_argument('--overlaps', default='error', choices=['error', 'by_score'],
                        help='masks that overlap, where a pixel can belong to one object: refuse them, or give the '
                             'pixels to the higher score, on a tie, as in all ground truth, to the earlier object')
    parser.add_argument('--drop', nargs='+', default=[], choices=['masks', 'boxes'],
                        help='leave out masks where the format holds boxes alone; boxes where it needs masks')


def add_check(parser: argparse.ArgumentParser) -> None:
    """Options of `check`."""
    add_source(parser, '--format')
    parser.add_argument('--split', metavar='FILE', help='list of the videos wanted')
    parser.add_argument('--images', dest='img_prefix', metavar='PREFIX',
                        help='root of the images; every one must be there')
    parser.add_argument('--classes', nargs='+', default=[], metavar='NAME',
                        help='the classes expected, in this order; else those of the benchmark most like them')
    parser.add_argument('--json', metavar='OUT', help='write the report to this file, nothing shortened')


def add_split(parser: argparse.ArgumentParser) -> None:
    """Options of `split`."""
    add_source(parser, '--format')
    parser.add_argument('--out', nargs=2, required=True, metavar=('TRAIN', 'VAL'), help='the two lists to write')
    size = parser.add_mutually_exclusive_group(required=True)
    size.add_argument('--num', dest='held_out', type=int, metavar='N', help='how many videos to hold out')
    size.add_argument('--share', dest='held_out', type=float, metavar='S', help='share of them, between 0 and 1')
    parser.add_argument('--keep', dest='num_kept', type=int, metavar='N', help='how many of the rest to train on')
    parser.add_argument('--seed', type=int, default=0)
    parser.add_argument('--same-size', action='store_true', help='draw from videos of the commonest frame size alone')
    parser.add_argument('--min-length', type=int, default=1, metavar='N', help='draw from videos of N frames or more')
    parser.add_argument('--overwrite', action='store_true', help='replace lists that are there')


def add_windows(parser: argparse.ArgumentParser) -> None:
    """Options of `windows`."""
    usual = Windows()
    add_source(parser, '--from')
    parser.add_argument('out', help='file to write')
    add_choice(parser)
    parser.add_argument('--length', type=int, default=usual.length, metavar='T',
                        help=f'frames of a window, {usual.length} by default')
    parser.add_argument('--batch', type=int, default=usual.batch, metavar='N',
                        help=f'windows of a batch, {usual.batch} by default')
    parser.add_argument('--every', type=int, metavar='N', help='keep every so many batches, by default as many as a '
                                                               'window has frames; 1 keeps all')


def add_checkpoint(parser: argparse.ArgumentParser) -> None:
    """Options of `checkpoint`."""
    parser.add_argument('source', help='checkpoint to read')
    parser.add_argument('out', help='checkpoint to write')
    parser.add_argument('--from', dest='origin', required=True, metavar='PROGRAM',
                        help='where it comes from, such as mmdet-masktrack-rcnn')
    parser.add_argument('--without-classes', action='store_true',
                        help='leave out the layers that tell classes apart, to train them anew on others')
    parser.add_argument('--trust-checkpoint', action='store_true',
                        help='unpickle the source, which can run any code')


def run_annotations(args: argparse.Namespace) -> int:
    """Convert, and tell what was written and what was lost."""
    options = {key: value for key, value in vars(args).items() if key not in ('command', 'class_map')}
    class_map = None if args.class_map is None else read_class_map(args.class_map)
    print(convert(Request(class_map=class_map, **options)))
    return 0


def run_windows(args: argparse.Namespace) -> int:
    """Convert with videos cut into windows."""
    options = vars(args)
    windows = Windows(*(options.pop(key) for key in ('length', 'batch', 'every')))
    return run_annotations(argparse.Namespace(**options, to='ytvis', windows=windows))


def run_check(args: argparse.Namespace) -> int:
    """Report on annotations."""
    format = tell_format(args.source) if args.origin == 'auto' else args.origin
    try:
        video_set = read_source(args.source, format, args.seqmap, args.split)
    except FormatError as error:
        report = Report(args.source, format, error.problems)
    else:
        report = examine(video_set, args.source, format, args.classes, args.img_prefix, args.seqmap)
    if args.json is not None:
        write_json(report.as_data(), args.json)
    print(report.as_text())
    return REFUSED if report.problems else 0


def run_split(args: argparse.Namespace) -> int:
    """Draw and write the lists."""
    format = tell_format(args.source) if args.origin == 'auto' else args.origin
    video_set = read_source(args.source, format, args.seqmap)
    counts = write_random_split(video_set, args.source, args.out, args.held_out, args.seed, args.same_size,
                                args.min_length, args.num_kept, args.overwrite)
    for path, number in zip(args.out, counts, strict=True):
        print(f'{path}: {number} videos')
    return 0


def run_checkpoint(args: argparse.Namespace) -> int:
    """Rename the weights, and order them as we do."""
    import torch

    from mmvist.engine.checkpoint import read_checkpoint
    from mmvist.io.atomic import open_atomic
    from mmvist.models.key_maps import PROGRAMS, without_class_layers

    if args.origin not in PROGRAMS:
        raise ValueError(f'--from: unknown {args.origin!r}; known: {", ".join(PROGRAMS)}')
    source = read_checkpoint(args.source, args.trust_checkpoint)
    weights = PROGRAMS[args.origin](source.get('state_dict', source))
    weights = without_class_layers(weights) if args.without_classes else weights
    with open_atomic(args.out, 'wb') as file:
        torch.save({'state_dict': weights}, file)
    print(f'{args.out}: {len(weights)} weights')
    return 0


COMMANDS = {'annotations': run_annotations, 'check': run_check, 'split': run_split, 'windows': run_windows,
            'checkpoint': run_checkpoint}


def main(arguments: list[str] | None = None) -> int:
    """Run the tool; returns the exit status."""
    args = parse_args(arguments)
    try:
        return COMMANDS[args.command](args)
    except (ValueError, OSError) as error:
        print(f'convert.py: {error}', file=sys.stderr)
        return REFUSED
    except KeyboardInterrupt:
        return INTERRUPTED


if __name__ == '__main__':
    sys.exit(main())
