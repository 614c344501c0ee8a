"""Where the time of a model goes."""

import time
from collections import defaultdict
from collections.abc import Callable, Iterator
from contextlib import contextmanager

import torch


class Stopwatch:
    """Adds up the time spent in some functions of a model."""

    def __init__(self) -> None:
        self.seconds: dict[str, float] = defaultdict(float)

    @staticmethod
    def now() -> float:
        """Seconds on a clock, once a GPU has done all that it was asked for."""
        if torch.cuda.is_available():
            torch.cuda.synchronize()
        return time.perf_counter()

    @contextmanager
    def __call__(self, name: str) -> Iterator[None]:
        """Count the block under a name."""
        start = time.perf_counter()
        yield
        self.seconds[name] += self.now() - start

    def wrap(self, owner: object, function: str, name: str) -> None:
        """Count every call of a method of one object."""
        inner: Callable = getattr(owner, function)

        def timed(*args, **kwargs):
            with self(name):
                return inner(*args, **kwargs)

        setattr(owner, function, timed)
