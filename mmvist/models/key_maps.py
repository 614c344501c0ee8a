"""Names of weights in other programs' checkpoints."""

from collections.abc import Mapping
from typing import Any

from torch import Tensor, nn

MMDET_MASKTRACK_RCNN = {'detector.': 'detector.', 'track_head.embed_head.fcs.': 'embedder.fcs.'}
KEY_MAPS = {'mmdet-masktrack-rcnn': MMDET_MASKTRACK_RCNN}


def rename(state_dict: Mapping[str, Tensor], key_map: Mapping[str, str]) -> dict[str, Tensor]:
    """Exchange the prefixes of a checkpoint's names.

    Raises:
        ValueError: A name has none of the prefixes; it would be lost.
    """
    renamed, unknown = {}, []
    for name, weight in state_dict.items():
        prefix = next((prefix for prefix in key_map if name.startswith(prefix)), None)
        if prefix is None:
            unknown.append(name)
        else:
            renamed[key_map[prefix] + name[len(prefix):]] = weight
    if unknown:
        raise ValueError(f'{len(unknown)} weights fit no prefix of {list(key_map)}; the first is {unknown[0]!r}')
    return renamed


def move_under(part: str, module: nn.Module, state_dict: dict[str, Tensor], prefix: str, *_: Any) -> None:
    """Before a module loads: what does not say so yet is of this part of it.

    Args:
        part: Name of the part, all of whose weights are the module's only ones.
        module: See `torch.nn.Module.register_load_state_dict_pre_hook`.
        state_dict: Changed in place.
        prefix: What the module's own names begin with.
    """
    inside = f'{prefix}{part}.'
    for name in [name for name in state_dict if name.startswith(prefix) and not name.startswith(inside)]:
        state_dict[inside + name[len(prefix):]] = state_dict.pop(name)
