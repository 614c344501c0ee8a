"""What a frozen detector found in training images, on disk."""

import hashlib
import json
import math
from collections.abc import Mapping, Sequence
from dataclasses import fields, replace
from pathlib import Path

import torch
from mmengine.model import BaseModule
from torch import Tensor

from mmvist.io.atomic import open_atomic
from mmvist.structures.frames import Frame
from mmvist.structures.instances import Instances
from mmvist.structures.map_masks import MapMasks
from mmvist.structures.masks import BoxMasks

# Masks that are made of plain numbers, by name.
MASKS = {kind.__name__: kind for kind in (BoxMasks, MapMasks)}
DIGEST_SIZE = 16


class DetectionCache:
    """Detections and feature maps by the very pixels, weights and config that they come from.

    It pays where images come again as they are: without augmentation, or with little to choose from. A file is as large
    as the frame's maps and masks. The weights are those at the first call: the detector is frozen.

    Args:
        folder: Where the files go, one a frame.
        config: Config of the detector, which says what its weights do not.
        maps: Names of the feature maps that are kept; others are not there afterwards, whether found or made.
    """

    def __init__(self, folder: str | Path, config: dict, maps: Sequence[str]) -> None:
        self.folder, self.config, self.maps = Path(folder), config, tuple(maps)
        self._detector: bytes | None = None

    def step(self, detector: BaseModule, state: None, frames: Sequence[Frame], tracks: None
             ) -> tuple[None, list[tuple[Frame, Instances]]]:
        """Answer as a detector without a state does, and run it only for frames that are not there yet.

        Raises:
            ValueError: The detector has a state, so that an image alone does not say what it finds.
        """
        if state is not None:
            raise ValueError(f'detection_cache: what {type(detector).__name__} finds depends on the frames before')
        paths = [self.folder / self._name(detector, frame) for frame in frames]
        missing = [index for index, path in enumerate(paths) if not path.exists()]
        if missing:
            _, found = detector.step(None, [frames[index] for index in missing], None)
            for index, (frame, detections) in zip(missing, found, strict=True):
                _write(paths[index], {name: frame.features[name] for name in self.maps}, detections)
        return None, [_read(path, frame) for path, frame in zip(paths, frames, strict=True)]

    def _name(self, detector: BaseModule, frame: Frame) -> str:
        if self._detector is None:
            # It is frozen; once is enough.
            weights = hashlib.blake2b(repr((self.config, self.maps)).encode(), digest_size=DIGEST_SIZE)
            for name, weight in detector.state_dict().items():
                weights.update(name.encode() + _bytes(weight))
            self._detector = weights.digest()
        digest = hashlib.blake2b(self._detector, digest_size=DIGEST_SIZE)
        device = frame.image.device.type
        precision = torch.get_autocast_dtype(device) if torch.is_autocast_enabled(device) else None
        digest.update(repr((tuple(frame.image.shape), frame.height, frame.width, precision)).encode())
        digest.update(frame.image.cpu().contiguous().numpy())
        name = digest.hexdigest()
        return f'{name[:2]}/{name[2:]}'


def _bytes(values: Tensor) -> bytes:
    return values.detach().cpu().contiguous().flatten().view(torch.uint8).numpy().tobytes()


def _write(path: Path, features: Mapping[str, Sequence[Tensor]], detections: Instances) -> None:
    """Write a line of JSON that says what is there, and the numbers one after another.

    Files of PyTorch's own take as long to open as the rest of a step.
    """
    tensors = {f'features/{name}/{number}': level for name, levels in features.items()
               for number, level in enumerate(levels)}
    tensors |= {f'columns/{name}': getattr(detections, name) for name in detections.columns if name != 'masks'}
    plain = {}
    if 'masks' in detections:
        masks = detections.masks
        if type(masks).__name__ not in MASKS:
            raise ValueError(f'detection_cache: masks of type {type(masks).__name__} cannot be kept, only '
                             f'{" and ".join(MASKS)}')
        plain = {field.name: getattr(masks, field.name) for field in fields(masks)}
        tensors |= {f'masks/{name}': value for name, value in plain.items() if isinstance(value, Tensor)}
        plain = {name: value for name, value in plain.items() if not isinstance(value, Tensor)}
        plain['type'] = type(masks).__name__
    described = [(name, str(value.dtype).removeprefix('torch.'), tuple(value.shape)) for name, value in tensors.items()]
    with open_atomic(path, 'wb') as file:
        file.write(json.dumps({'tensors': described, 'masks': plain}).encode() + b'\n')
        for value in tensors.values():
            file.write(_bytes(value))


def _read(path: Path, frame: Frame) -> tuple[Frame, Instances]:
    content = bytearray(path.read_bytes())
    place = content.index(b'\n') + 1
    header = json.loads(content[:place])
    parts: dict[str, dict[str, Tensor]] = {'features': {}, 'columns': {}, 'masks': {}}
    for name, kind, shape in header['tensors']:
        dtype, count = getattr(torch, kind), math.prod(shape)
        value = torch.frombuffer(content, dtype=dtype, count=count, offset=place) if count else torch.empty(0)
        part, _, rest = name.partition('/')
        parts[part][rest] = value.to(dtype).view(shape).to(frame.image.device)
        place += count * dtype.itemsize
    features: dict[str, tuple[Tensor, ...]] = {}
    for name, level in parts['features'].items():
        key = name.split('/')[0]
        features[key] = (*features.get(key, ()), level)
    columns = parts['columns']
    if header['masks']:
        plain = dict(header['masks'])
        columns['masks'] = MASKS[plain.pop('type')](**parts['masks'], **plain)
    return replace(frame, features=features), Instances(**columns)
