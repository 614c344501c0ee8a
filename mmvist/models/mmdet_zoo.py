"""Models of mmdet by the names of the configs that it ships."""

import difflib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import mmdet
from mmdet.registry import DATASETS
from mmengine.config import Config

CONFIGS = Path(mmdet.__file__).parent / '.mim/configs'


@dataclass(frozen=True)
class ZooModel:
    """What a config of mmdet says about its model.

    Attributes:
        model: Config of the model; building it loads nothing.
        preprocessor: Config of the `ClipPreprocessor` that prepares frames as the config's own test does.
        classes: What the model's labels index.
    """

    model: dict
    preprocessor: dict
    classes: tuple[str, ...]


def read_zoo_model(name: str) -> ZooModel:
    """Look up a config.

    Args:
        name: Name of a config that mmdet ships, such as 'mask-rcnn_r50_fpn_2x_coco', or the path of one, *.py.

    Raises:
        ValueError: mmdet has no config of that name, or it is not one of a model that is tested on images.
        FileNotFoundError: There is no such file.
    """
    config = Config.fromfile(name if name.endswith('.py') else _shipped(name))
    if 'test_dataloader' not in config or 'mean' not in config.get('model', {}).get('data_preprocessor', {}):
        raise ValueError(f'config {name} of mmdet does not say how a model is tested on images')
    dataset = config.test_dataloader.dataset
    classes = (dataset.get('metainfo') or {}).get('classes') or DATASETS.get(dataset.type).METAINFO['classes']
    padding = next((step for step in dataset.pipeline if step['type'] == 'Pad'), None)
    return ZooModel(without_downloads(config.model.to_dict()),
                    clip_preprocessor(config.model.data_preprocessor, padding), tuple(classes))


def without_downloads(node: Any) -> Any:
    """A copy of a model's config that initialises nothing from files or addresses."""
    if isinstance(node, Mapping):
        return {key: without_downloads(value) for key, value in node.items()
                if key != 'pretrained' and not (key == 'init_cfg' and _is_pretrained(value))}
    if isinstance(node, list | tuple):
        return type(node)(without_downloads(value) for value in node)
    return node


def clip_preprocessor(config: Mapping[str, Any], padding: Mapping[str, Any] | None = None) -> dict:
    """Translate the config of mmdet's `DetDataPreprocessor`.

    Args:
        config: Its config.
        padding: Config of the `Pad` that comes before it, which pads to a fixed size.
    """
    own = {'type': 'ClipPreprocessor', 'mean': list(config['mean']), 'std': list(config['std']),
           'bgr_to_rgb': config.get('bgr_to_rgb', False), 'size_divisor': config.get('pad_size_divisor', 1)}
    if padding is not None:
        width, height = padding['size']
        value = padding.get('pad_val', 0)
        value = value.get('img', 0) if isinstance(value, Mapping) else value
        levels = set(value) if isinstance(value, Sequence) else {value}
        if len(levels) > 1:
            raise ValueError(f'images are padded with one grey only, got {value}')
        # The fixed size is one that the network can halve; so must be any other.
        own.update(min_size=(height, width), pad_value=levels.pop(), size_divisor=32)
    return own


def _shipped(name: str) -> Path:
    paths = {path.stem: path for path in CONFIGS.glob('*/*.py') if path.parent.name != '_base_'}
    if name not in paths:
        close = difflib.get_close_matches(name, paths, n=3)
        hint = f'did you mean {" or ".join(close)}?' if close else f'there are {len(paths)} below {CONFIGS}'
        raise ValueError(f'mmdet {mmdet.__version__} has no config {name!r}; {hint}')
    return paths[name]


def _is_pretrained(init_cfg: Any) -> bool:
    kinds = init_cfg if isinstance(init_cfg, list | tuple) else [init_cfg]
    return any(isinstance(kind, Mapping) and kind.get('type') == 'Pretrained' for kind in kinds)
