"""Values that any program can read."""

import json
import logging
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import numpy as np
import torch
from mmengine.logging import print_log


def as_plain(value: Any, key: str) -> Any:
    """Copy nested containers with numpy values as Python's; what cannot be made plain becomes `None`, with a warning.

    Args:
        value: The entry.
        key: Its name, for the warning.
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
    print_log(f'{key} is a {type(value).__name__}, which cannot be stored', 'current', logging.WARNING)
    return None


def as_json(value: Any, key: str) -> str:
    """JSON of nested containers with numpy values; numbers that JSON does not know, such as NaN, become null.

    Args:
        value: The value.
        key: Its name, for warnings.
    """
    readable = json.loads(json.dumps(as_plain(value, key)), parse_constant=lambda constant: None)
    return json.dumps(readable, indent=2)
