"""`Instances`: N objects of one frame as checked, equally long columns."""

from collections.abc import Sequence
from typing import Any, NamedTuple

import numpy as np
import torch
from torch import Tensor


class Field(NamedTuple):
    """What a column holds: trailing shape (`None`: any size), floating or integer, and its meaning with unit."""

    shape: tuple[int | None, ...] | None
    floating: bool
    meaning: str


FIELDS = {
    'bboxes': Field((4,), True, 'xyxy, pixels of the network input'),
    'scores': Field((), True, 'confidence in 0..1'),
    'labels': Field((), False, 'index into the class list'),
    'logits': Field((None,), True, 'detection: raw value of each class, of the background last'),
    'ids': Field((), False, 'track id; unique within a frame, but for regions, of which several may cover one object'),
    'embeds': Field((None,), True, 'what tracks and detections are compared by'),
    'region_features': Field((None,), True, 'detection, region: the average of what the mask head sees of it'),
    'ious': Field((), True, 'region: IoU of its box with the object it was matched to, in 0..1'),
    'gaps': Field((), False, 'track: frames since its last detection, at least 1'),
    'confirmed': Field((), False, 'track: whether it was detected often enough to be output'),
    'inherited': Field((), False, 'detection: id of the track it was made from, -1 for none'),
    'gallery': Field(None, True, 'track: embeddings of many of its detections, a tracking.gallery.Gallery'),
    'motion': Field((4, 2), True, 'track: value and change a frame of the four numbers that a Kalman filter follows'),
    'spread': Field((4, 3), True, 'track: variance of value, covariance, variance of change of these four'),
    'expected': Field((4, 2), True, 'track: these numbers as a Kalman filter expects to measure them, and variance'),
    'seen_motion': Field((4, 2), True, 'track: `motion` just after its last detection'),
    'seen_spread': Field((4, 3), True, 'track: `spread` just after its last detection'),
    'trail': Field((None, 3), True, 'track: frame, centre x, centre y of its last detections'),
    'heading': Field((2,), True, 'track: unit vector of its motion, zero when unknown'),
    'anchors': Field((2,), True, 'track: centre of the detection that its heading is drawn from'),
    'observed': Field((4,), True, 'track: xyxy of its last detection, however far a propagator has moved it since'),
    'guides': Field((None,), True, 'track: a factor for each channel that its looks modulate in a mask network'),
    'spots': Field((4,), True, 'track: median x, y and robust deviation x, y of its last mask, pixels of the network '
                               'input'),
    'masks': Field(None, True, 'pixels of each instance: a mask column, see structures.masks.MaskColumn'),
}


class Instances:
    """Columns of equal length, one row an instance; never modified after it was built.

    The columns that exist, their shape and their unit are the table `FIELDS`; detections, regions, tracks and the
    instances of a frame all are `Instances` that carry the columns they need.

    Raises:
        ValueError: A column is unknown, has another shape or length than the table and its neighbours ask for.
    """

    __slots__ = ('__weakref__', '_columns')

    def __init__(self, **columns: Any) -> None:
        lengths = {}
        for name, column in columns.items():
            lengths[name] = len(column)
            _check(name, column)
        if len(set(lengths.values())) != 1:
            raise ValueError(f'Instances: columns must be equally long and at least one must be given, got {lengths}')
        object.__setattr__(self, '_columns', columns)

    def __getattr__(self, name: str) -> Any:
        try:
            return object.__getattribute__(self, '_columns')[name]
        except KeyError:
            have = ', '.join(object.__getattribute__(self, '_columns'))
            raise AttributeError(f'Instances have no column {name!r}; they have {have}') from None

    def __setattr__(self, name: str, value: Any) -> None:
        raise AttributeError(f'Instances do not change: use instances.replace({name}=...)')

    def __contains__(self, name: str) -> bool:
        return name in self._columns

    def __len__(self) -> int:
        return len(next(iter(self._columns.values())))

    def __getitem__(self, index: np.ndarray | Tensor | slice) -> 'Instances':
        """Rows by integer tensor, bool tensor or slice; by an array, columns on the host are cut without the device."""
        if not isinstance(index, np.ndarray):
            return _trusted({name: column[index] for name, column in self._columns.items()})
        device = next(column.device for column in self._columns.values() if isinstance(column, Tensor))
        rows = torch.from_numpy(index).to(device)
        return _trusted({name: column[index if getattr(column, 'on_host', False) else rows]
                         for name, column in self._columns.items()})

    def __repr__(self) -> str:
        return f'Instances({len(self)}: {", ".join(self._columns)})'

    def __reduce__(self) -> tuple:
        return _trusted, (self._columns,)

    @property
    def columns(self) -> tuple[str, ...]:
        """Names of the columns."""
        return tuple(self._columns)

    def replace(self, **columns: Any) -> 'Instances':
        """A copy with some columns added or exchanged."""
        both = {**self._columns, **columns}
        # What is there already was checked when it came.
        if any(len(column) != len(self) for column in columns.values()):
            return Instances(**both)
        for name, column in columns.items():
            _check(name, column)
        return _trusted(both)

    def only(self, names: Sequence[str]) -> 'Instances':
        """A copy with these columns alone."""
        return _trusted({name: getattr(self, name) for name in names})

    def to(self, device: torch.device | str) -> 'Instances':
        """A copy on another device."""
        return _trusted({name: column.to(device) for name, column in self._columns.items()})

    @staticmethod
    def cat(parts: Sequence['Instances']) -> 'Instances':
        """Rows of several instances with the same columns, one after another."""
        if len(parts) == 1:
            return parts[0]
        names = parts[0].columns
        for part in parts[1:]:
            if set(part.columns) != set(names):
                raise ValueError(f'Instances.cat: columns differ: {names} and {part.columns}')
        joined = {}
        for name in names:
            columns = [getattr(part, name) for part in parts]
            joined[name] = torch.cat(columns) if isinstance(columns[0], Tensor) else columns[0].cat(columns)
        return _trusted(joined)


def _trusted(columns: dict[str, Any]) -> Instances:
    instances = Instances.__new__(Instances)
    object.__setattr__(instances, '_columns', columns)
    return instances


def _check(name: str, column: Any) -> None:
    if name not in FIELDS:
        raise ValueError(f'Instances: unknown column {name!r}; known: {", ".join(FIELDS)}')
    field = FIELDS[name]
    if field.shape is None:
        return
    shape = tuple(column.shape)
    if len(shape) != 1 + len(field.shape) or any(size not in (None, got)
                                                 for size, got in zip(field.shape, shape[1:], strict=True)):
        wanted = f'(N{"".join(f", {size or name[0].upper()}" for size in field.shape)})'
        raise ValueError(f'Instances: {name} must have shape {wanted}, got {shape}')
    if column.is_floating_point() != field.floating:
        raise ValueError(f'Instances: {name} must be {"floating" if field.floating else "integer"}, '
                         f'got {column.dtype}')
