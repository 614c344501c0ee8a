"""What mmengine puts into a checkpoint beside the weights, made plain."""

import logging
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import numpy as np
import torch
from mmengine.hooks import Hook
from mmengine.logging import print_log
from mmengine.runner import Runner

from mmvist.registry import HOOKS


@HOOKS.register_module()
class PlainCheckpointHook(Hook):
    """Keeps a checkpoint to tensors and plain values, so that it loads with `weights_only=True`.

    mmengine 0.10.7 stores its running averages of the logs as objects and metrics as numpy scalars; PyTorch 2.6 and
    later refuse both on resuming. The averages are dropped: they only smooth the printed log. Can go when mmengine
    resumes from its own checkpoints.
    """

    # After the hooks that change what is saved, such as an average of the weights.
    priority = 'LOWEST'

    def before_save_checkpoint(self, runner: Runner, checkpoint: dict) -> None:
        """Replace entries of the checkpoint about to be written.

        Weights are left alone: PyTorch keeps their version in an attribute that a copy would lose.
        """
        hub = checkpoint['message_hub']
        resumed = {key: value for key, value in hub['resumed_keys'].items() if key in hub['runtime_info']}
        checkpoint['message_hub'] = {**hub, 'log_scalars': {}, 'resumed_keys': resumed}
        for key, value in checkpoint.items():
            if not key.endswith('state_dict'):
                checkpoint[key] = as_plain(value, key)


def as_plain(value: Any, key: str) -> Any:
    """Copy nested containers with numpy values as Python's; what cannot be made plain becomes `None`, with a warning.

    Args:
        value: The entry.
        key: Its place in the checkpoint, for the warning.
    """
    if value is None or isinstance(value, torch.Tensor):
        return value
    if isinstance(value, Mapping):
        return {as_plain(name, key): as_plain(item, f'{key}.{name}') for name, item in value.items()}
    if isinstance(value, list | tuple | set | frozenset):
        kind = list if isinstance(value, list) else tuple if isinstance(value, tuple) else set
        return kind(as_plain(item, f'{key}[{index}]') for index, item in enumerate(value))
    if isinstance(value, np.ndarray | np.generic):
        return value.tolist()
    if isinstance(value, Path):
        return str(value)
    for kind in (bool, int, float, str, bytes):
        if isinstance(value, kind):
            return kind(value)
    print_log(f'checkpoint: {key} is a {type(value).__name__}, which cannot be stored', 'current', logging.WARNING)
    return None
