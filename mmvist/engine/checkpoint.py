"""Reading checkpoints without running the code that a pickle may carry.

mmengine 0.10.7 calls `torch.load` with the default of old PyTorch, which unpickled anything, and leaves it without a
way to choose. All of this can go when mmengine has one.
"""

import logging
import pickle
import re
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import Any

import torch
from mmengine.dist import get_dist_info, is_distributed
from mmengine.logging import print_log
from mmengine.runner.checkpoint import CheckpointLoader
from torch import Tensor, nn


def read_checkpoint(path: str | Path, trusted: bool = False, map_location: Any = 'cpu') -> dict:
    """Read a checkpoint file.

    Args:
        path: The file.
        trusted: Unpickle whatever the file holds. A pickle can run any code, so this is for files of known origin.
        map_location: Where tensors go, as in `torch.load`.

    Raises:
        FileNotFoundError: There is no such file.
        ValueError: The file is no checkpoint, or holds more than tensors and plain values and is not trusted.
    """
    path = Path(path).expanduser()
    if not path.is_file():
        raise FileNotFoundError(f'checkpoint {path} does not exist')
    try:
        return torch.load(path, map_location=map_location, weights_only=True)
    except pickle.UnpicklingError as error:
        refused = _refused(path, str(error))
        if refused is None:
            raise ValueError(f'checkpoint {path} is damaged or no checkpoint: {_first_line(error)}') from error
        if not trusted:
            raise ValueError(
                f'checkpoint {path} holds {refused}, which only unpickling can restore, and unpickling can run any '
                'code; if you know where the file comes from, pass --trust-checkpoint') from error
    except (RuntimeError, EOFError) as error:
        raise ValueError(f'checkpoint {path} is damaged or no checkpoint: {_first_line(error)}') from error
    return torch.load(path, map_location=map_location, weights_only=False)


def load_weights(model: nn.Module, path: str | Path, trusted: bool = False) -> None:
    """Fill a model from a checkpoint; weights that the model has no place for are left out with a warning.

    A part that the checkpoint has nothing of takes those of its own checkpoint, if its `init_cfg` names one: the
    embedder that was trained apart under the detector of any model.

    Args:
        model: Changed in place.
        path: The file.
        trusted: See `read_checkpoint`.

    Raises:
        FileNotFoundError: There is no such file.
        ValueError: A weight of the model is missing, or has another shape.
    """
    weights = _weights_of(path, trusted)
    missing, unused = _fill(model, weights, path)
    if unused:
        print_log(f'checkpoint {path}: {len(unused)} weights have no place in the model, such as {unused[0]}',
                  'current', logging.WARNING)
    for name, part in model.named_modules():
        here = [weight for weight in missing if weight.startswith(f'{name}.')]
        if here and not any(f'{name}.{weight}' in weights for weight in part.state_dict()) and _own_checkpoint(part):
            _fill_apart(part, name, path, trusted)
            missing = [weight for weight in missing if weight not in here]
    _check_none(missing, path)


def _weights_of(path: str | Path, trusted: bool, prefix: str | None = None) -> dict:
    """Weights of a checkpoint by name; with a prefix those that have it, under the rest of their names."""
    file = read_checkpoint(path, trusted)
    weights = file.get('state_dict', file)
    if not prefix:
        return weights
    prefix = f'{prefix.rstrip(".")}.'
    return {name.removeprefix(prefix): weight for name, weight in weights.items() if name.startswith(prefix)}


def _fill(model: nn.Module, weights: Mapping[str, Tensor], path: str | Path) -> tuple[list[str], list[str]]:
    """Fill a model with all the weights that it knows: those that it lacks then, and those that it has no place for."""
    try:
        missing, unused = model.load_state_dict(weights, strict=False)
    except RuntimeError as error:
        raise ValueError(f'checkpoint {path} does not fit the model: {error}') from None
    return missing, unused


def _fill_apart(part: nn.Module, name: str, path: str | Path, trusted: bool) -> None:
    """Fill a part that the model's checkpoint has nothing of from the part's own."""
    own = _own_checkpoint(part)
    source = Path(own['checkpoint']).expanduser()
    if not source.is_file():
        raise FileNotFoundError(f'checkpoint {path} has nothing of the {name}, and the {name}\'s own, {source}, does '
                                f'not exist; the config\'s key is model.{name}.init_cfg.checkpoint')
    print_log(f'checkpoint {path} has nothing of the {name}, which takes the weights of {source}', 'current')
    missing, _ = _fill(part, _weights_of(source, trusted, own.get('prefix')), source)
    _check_none([f'{name}.{weight}' for weight in missing], source)


def _check_none(missing: Sequence[str], path: str | Path) -> None:
    if missing:
        raise ValueError(f'checkpoint {path} lacks {len(missing)} of the model\'s weights, such as {missing[0]}')


def _own_checkpoint(part: nn.Module) -> Mapping | None:
    """The entry of a part's `init_cfg` that names a checkpoint."""
    entries = getattr(part, 'init_cfg', None) or ()
    entries = [entries] if isinstance(entries, Mapping) else entries
    return next((entry for entry in entries if entry['type'] == 'Pretrained'), None)


def install_loader(trusted: bool = False) -> None:
    """Make every checkpoint that mmengine loads from a file or a URL go through `read_checkpoint`.

    Args:
        trusted: Applies to all files until the next call.
    """
    CheckpointLoader.register_scheme('', _local_loader(trusted), force=True)
    CheckpointLoader.register_scheme(('http://', 'https://'), _http_loader(trusted), force=True)


def _local_loader(trusted: bool) -> Callable[[str, Any], dict]:
    def load_from_local(filename: str, map_location: Any = None) -> dict:
        return read_checkpoint(filename, trusted, map_location)

    return load_from_local


def _http_loader(trusted: bool) -> Callable[[str, Any], dict]:
    def load_from_http(filename: str, map_location: Any = None) -> dict:
        folder = Path(torch.hub.get_dir()) / 'checkpoints'
        path = folder / filename.rsplit('/', 1)[-1].split('?')[0]
        if get_dist_info()[0] == 0 and not path.exists():
            folder.mkdir(parents=True, exist_ok=True)
            torch.hub.download_url_to_file(filename, str(path), progress=True)
        if is_distributed():
            torch.distributed.barrier()
        return read_checkpoint(path, trusted, map_location)

    return load_from_http


def _refused(path: Path, message: str) -> str | None:
    """Names of what a safe load refused, or `None` when the file failed for another reason."""
    try:
        names = torch.serialization.get_unsafe_globals_in_checkpoint(path)
    except (RuntimeError, ValueError, pickle.UnpicklingError):
        # A file of the time before PyTorch's archives: its first refusal is in the message only.
        names = re.findall(r'GLOBAL (\S+)', message)
    return ', '.join(sorted(set(names))) or None


def _first_line(error: Exception) -> str:
    return str(error).strip().split('\n')[0]
