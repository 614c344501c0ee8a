"""Bring files of other programs into mmvist's form."""

import argparse

import torch

from mmvist.engine.checkpoint import read_checkpoint
from mmvist.io.atomic import open_atomic
from mmvist.models.key_maps import KEY_MAPS, rename


def parse_arguments() -> argparse.Namespace:
    """Read the command line."""
    parser = argparse.ArgumentParser(description=__doc__)
    commands = parser.add_subparsers(dest='command', required=True)
    checkpoint = commands.add_parser('checkpoint', help='rename the weights of another program\'s checkpoint')
    checkpoint.add_argument('source', help='checkpoint to read')
    checkpoint.add_argument('out', help='checkpoint to write')
    checkpoint.add_argument('--from', dest='origin', choices=KEY_MAPS, required=True, help='where it comes from')
    checkpoint.add_argument('--trust-checkpoint', action='store_true',
                            help='unpickle the source, which can run any code')
    return parser.parse_args()


def main() -> None:
    """Parse, convert."""
    args = parse_arguments()
    source = read_checkpoint(args.source, args.trust_checkpoint)
    weights = rename(source.get('state_dict', source), KEY_MAPS[args.origin])
    with open_atomic(args.out, 'wb') as file:
        torch.save({'state_dict': weights}, file)
    print(f'{args.out}: {len(weights)} weights')


if __name__ == '__main__':
    main()
