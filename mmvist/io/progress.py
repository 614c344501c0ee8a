"""A line on the terminal for work that takes a while."""

import sys
import time
from collections.abc import Iterable, Iterator
from typing import TypeVar

Item = TypeVar('Item')


def progress(items: Iterable[Item], total: int, title: str, patience: float = 2.0) -> Iterator[Item]:
    """Pass items on; once that takes long, say on standard error how far it has come.

    Args:
        items: What is worked on.
        total: How many there are.
        title: What is being done.
        patience: Seconds before the first line and between two lines.
    """
    start = said = time.monotonic()
    ever = False
    for done, item in enumerate(items):
        now = time.monotonic()
        if now - said >= patience:
            left = (now - start) / done * (total - done) if done else 0
            print(f'\r{title}: {done}/{total}, {left:.0f} s left ', end='', file=sys.stderr, flush=True)
            said, ever = now, True
        yield item
    if ever:
        print(f'\r{title}: {total}/{total}, {time.monotonic() - start:.0f} s      ', file=sys.stderr, flush=True)
