"""From a config file to a config that is known to build."""

import difflib
import inspect
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from mmengine.config import Config
from mmengine.runner import Runner

from mmvist.engine.components import component_problems

# Keys that mmengine's runner reads beside the parameters of its constructor.
READ_LATER = {'model_wrapper_cfg', 'sync_bn', 'find_unused_parameters', 'compile', 'activation_checkpointing',
              'efficient_conv_bn_eval', 'custom_imports', 'data_preprocessor'}
# "train_dataloder" is this close to "train_dataloader"; "test_dataset" is not.
MISSPELT_RATIO = 0.88


def load_config(path: str | Path, options: Mapping[str, Any] | None = None) -> Config:
    """Read a config file and change some of its entries.

    Args:
        path: The file.
        options: New values by dotted key, `{'model.tracker.max_age': 5}`; a number stands for a place in a list.

    Raises:
        FileNotFoundError: The file or one of its bases does not exist.
        ValueError: An option would change nothing, because the model was composed from a copy of that entry.
    """
    config = Config.fromfile(path)
    for key in options or {}:
        root, _, rest = key.partition('.')
        if root in config.get('model', {}) and root in config and config[root] == config.model[root]:
            raise ValueError(f'option {key}: {root!r} in {path} was copied into the model before; '
                             f'change {".".join(filter(None, ("model", root, rest)))}')
    if options:
        config.merge_from_dict(dict(options))
    config.setdefault('default_scope', 'mmvist')
    return config


def check_config(config: Config) -> None:
    """Refuse a config that would fail later, maybe much later; nothing is built and no data is read.

    Raises:
        ValueError: Components with unknown types or keywords, or misspelt top-level keys; one line each.
    """
    problems = _misspelt_keys(config) + component_problems(config) + _wrong_class_counts(config)
    if problems:
        count = 'a problem' if len(problems) == 1 else f'{len(problems)} problems'
        raise ValueError('\n  '.join([f'config {config.filename or ""} has {count}:', *problems]))


def _wrong_class_counts(config: Mapping) -> list[str]:
    """Heads that were made for another number of classes than the config names; proposals know one class only."""
    if 'classes' not in config:
        return []
    problems = []

    def walk(node: Any, place: str, wanted: int) -> None:
        if isinstance(node, Mapping):
            # A model from elsewhere has classes of its own, some of which become the config's.
            wanted = len(node.get('model_classes') or ()) or wanted
            for key, value in node.items():
                if key == 'num_classes' and value != wanted:
                    problems.append(f'{place}.num_classes is {value}, but there are {wanted} classes')
                elif key != 'rpn_head':
                    walk(value, f'{place}.{key}', wanted)
        elif isinstance(node, list | tuple):
            for index, value in enumerate(node):
                walk(value, f'{place}[{index}]', wanted)

    walk(config.get('model', {}), 'model', len(config['classes']))
    return problems


def _misspelt_keys(config: Mapping) -> list[str]:
    """Top-level keys that nobody reads and that look like one that is read."""
    known = {*inspect.signature(Runner).parameters, *READ_LATER}
    problems = []
    for key in config:
        close = [] if key in known else difflib.get_close_matches(key, known, n=1, cutoff=MISSPELT_RATIO)
        problems += [f'{key}: nobody reads this key; did you mean {name!r}?' for name in close]
    return problems
