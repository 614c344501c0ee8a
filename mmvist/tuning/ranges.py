"""What a number of a config may become."""

import math
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np


@dataclass(frozen=True)
class Uniform:
    """Any number of an interval, each as likely.

    Attributes:
        low: The least.
        high: The greatest.
    """

    low: float
    high: float

    def __post_init__(self) -> None:
        if (not all(isinstance(end, int | float) and math.isfinite(end) for end in (self.low, self.high))
                or self.low > self.high):
            raise ValueError(f'{type(self).__name__}: low and high must be finite numbers, low the smaller, '
                             f'got {self.low} and {self.high}')

    def draw(self, rng: np.random.Generator) -> float:
        """A number."""
        return float(rng.uniform(self.low, self.high))


@dataclass(frozen=True)
class LogUniform(Uniform):
    """Any number of an interval above 0, each order of magnitude as likely; ends as in `Uniform`."""

    def __post_init__(self) -> None:
        super().__post_init__()
        if self.low <= 0:
            raise ValueError(f'LogUniform: low must be above 0, got {self.low}')

    def draw(self, rng: np.random.Generator) -> float:
        """A number."""
        drawn = math.exp(rng.uniform(math.log(self.low), math.log(self.high)))
        return min(max(drawn, self.low), self.high)


@dataclass(frozen=True)
class Integer(Uniform):
    """Any whole number of an interval, each as likely; ends as in `Uniform`."""

    def __post_init__(self) -> None:
        super().__post_init__()
        if type(self.low) is not int or type(self.high) is not int:
            raise ValueError(f'Integer: low and high must be whole numbers, got {self.low} and {self.high}')

    def draw(self, rng: np.random.Generator) -> int:
        """A number."""
        return int(rng.integers(self.low, self.high + 1))


@dataclass(frozen=True)
class Choice:
    """One of some values of any type, each as likely.

    Attributes:
        values: The values.
    """

    values: Sequence[Any]

    def __post_init__(self) -> None:
        if not isinstance(self.values, Sequence) or isinstance(self.values, str) or not self.values:
            raise ValueError(f'Choice: values must be a list of at least one, got {self.values!r}')

    def draw(self, rng: np.random.Generator) -> Any:
        """A value."""
        return self.values[int(rng.integers(len(self.values)))]


RANGES = {kind.__name__: kind for kind in (Uniform, LogUniform, Integer, Choice)}
