"""Print a config with its bases and options resolved, and say what in it would not build."""

import argparse

from mmengine.config import DictAction

from mmvist.engine import check_config, load_config


def main() -> None:
    """Parse, load, print."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument('config', help='config file')
    parser.add_argument('--cfg-options', nargs='+', action=DictAction, metavar='KEY=VALUE',
                        help='new values for entries of the config, such as model.tracker.max_age=5')
    args = parser.parse_args()
    config = load_config(args.config, args.cfg_options)
    print(config.pretty_text)
    check_config(config)


if __name__ == '__main__':
    main()
