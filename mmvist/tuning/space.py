"""Which numbers of a tracker's config are searched, and where they stand in it."""

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np

from mmvist.tuning.ranges import RANGES

SLOT = 'tracker'


class Space:
    """Ranges by the places in the model's config that they are of.

    Args:
        ranges: Config of a range by dotted key, `{'tracker.max_age': dict(type='Integer', low=1, high=30)}`; a number
            stands for a place in a list.
        tracker: The tracker's config, which states a value at every key.

    Attributes:
        own: The config's own value at each key.

    Raises:
        ValueError: There is no range, a range is wrong, or a key leads nowhere.
    """

    def __init__(self, ranges: Mapping[str, Mapping[str, Any]], tracker: Mapping[str, Any]) -> None:
        if not ranges:
            raise ValueError('tuning.space must name at least one entry of the tracker')
        self._ranges = {key: _range(key, config) for key, config in ranges.items()}
        self._tracker = tracker
        self.own = {key: _value(tracker, key) for key in ranges}

    def draw(self, seed: int, index: int) -> dict[str, Any]:
        """The values of a trial by key, a function of seed and index; those of trial 0 are the config's own."""
        if index == 0:
            return dict(self.own)
        rng = np.random.default_rng([seed, index])
        return {key: one.draw(rng) for key, one in self._ranges.items()}

    def tracker(self, values: Mapping[str, Any]) -> dict[str, Any]:
        """The tracker's config with these values."""
        tracker = self._tracker
        for key, value in values.items():
            tracker = _replaced(tracker, key.split('.')[1:], value)
        return tracker


def _range(key: str, config: Mapping[str, Any]) -> Any:
    kind = config.get('type') if isinstance(config, Mapping) else None
    if kind not in RANGES:
        raise ValueError(f'tuning.space[{key!r}]: the type must be one of {", ".join(RANGES)}, got {kind!r}')
    try:
        return RANGES[kind](**{name: value for name, value in config.items() if name != 'type'})
    except (TypeError, ValueError) as error:
        raise ValueError(f'tuning.space[{key!r}]: {error}') from None


def _value(tracker: Mapping[str, Any], key: str) -> Any:
    """What the config states at a key."""
    first, *steps = key.split('.')
    if first != SLOT or not steps:
        raise ValueError(f'tuning.space[{key!r}]: keys begin with {SLOT!r}, as only the tracker runs on stored '
                         'detections')
    node: Any = tracker
    for depth, step in enumerate(steps):
        known = node if isinstance(node, Mapping) else range(len(node)) if isinstance(node, list | tuple) else ()
        if _place(node, step) not in known:
            raise ValueError(f'tuning.space[{key!r}]: {".".join([SLOT, *steps[:depth]])} has no {step!r}, it has '
                             f'{list(known)}; what is tuned must have a value in the config')
        node = node[_place(node, step)]
    return node


def _replaced(node: Any, steps: Sequence[str], value: Any) -> Any:
    """A copy with another value at the end of some steps."""
    if not steps:
        return value
    place = _place(node, steps[0])
    below = _replaced(node[place], steps[1:], value)
    if isinstance(node, Mapping):
        return {**node, place: below}
    return type(node)([*node[:place], below, *node[place + 1:]])


def _place(node: Any, step: str) -> str | int:
    return int(step) if isinstance(node, list | tuple) and step.isdecimal() else step
