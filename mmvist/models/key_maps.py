"""Names of weights in other programs' checkpoints."""

from collections.abc import Mapping

from torch import Tensor

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
