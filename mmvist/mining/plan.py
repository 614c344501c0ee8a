"""What is mined, and how: a config's entry `mining`."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, fields
from typing import Any

from mmengine.config import Config

from mmvist.mining.segments import IGNORED, SegmentRules


@dataclass(frozen=True)
class MiningPlan:
    """A config's entry `mining`.

    Attributes:
        classes: Classes that are mined; a label is an index into them.
        linker: Config of what makes tracks of segments.
        class_map: See `SegmentRules`.
        min_score: See `SegmentRules`.
        max_covered: See `SegmentRules`.
        min_length: See `annotate`.
        min_area: See `annotate`.
        num_strips: Videos of which a film strip is made, to be looked at.

    Raises:
        ValueError: A value cannot be.
    """

    classes: Sequence[str]
    linker: Mapping[str, Any]
    class_map: Mapping[str, str] | None = None
    min_score: float = 0.5
    max_covered: float = 0.5
    min_length: int = 2
    min_area: int = 0
    num_strips: int = 20

    def __post_init__(self) -> None:
        classes = self.classes
        if isinstance(classes, str) or not classes or len({*classes, IGNORED}) <= len(classes):
            raise ValueError(f'mining.classes must be different names, none of them {IGNORED!r}, got {classes!r}')
        for name in ('min_score', 'max_covered'):
            if not 0 <= getattr(self, name) <= 1:
                raise ValueError(f'mining.{name} must lie in 0..1, got {getattr(self, name)}')
        for name, least in (('min_length', 1), ('min_area', 0), ('num_strips', 0)):
            if getattr(self, name) < least:
                raise ValueError(f'mining.{name} must be at least {least}, got {getattr(self, name)}')
        if tuple(self.linker.get('classes', classes)) != tuple(classes):
            raise ValueError(f'mining.linker.classes must be mining.classes, {list(classes)}, got '
                             f'{list(self.linker["classes"])}')

    @classmethod
    def of(cls, config: Config) -> 'MiningPlan':
        """The plan of a config.

        Raises:
            ValueError: There is none, or it has entries that are not known, or lacks some.
        """
        place, known = config.filename or '', [field.name for field in fields(cls)]
        if 'mining' not in config:
            raise ValueError(f'config {place} has no entry `mining`, which says what is mined and how')
        strange = [name for name in config.mining if name not in known]
        missing = [name for name in ('classes', 'linker') if name not in config.mining]
        if strange or missing:
            raise ValueError(f'config {place}: mining must have classes and linker, and may have {known[2:]}; '
                             f'it has {sorted(config.mining)}')
        return cls(**config.mining)

    def rules(self, found: Sequence[str]) -> SegmentRules:
        """The rules of segments, for a detector's classes."""
        return SegmentRules(self.classes, found, self.class_map, self.min_score, self.max_covered)
