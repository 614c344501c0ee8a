"""Files that are either complete or absent."""

import os
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import IO


@contextmanager
def open_atomic(path: str | Path, mode: str = 'w') -> Iterator[IO]:
    """Open a file that appears under its name once it is complete; missing folders are made.

    What was there before stays until then, and stays for good when the block raises.

    Args:
        path: Where the file is to appear.
        mode: 'w' for text in UTF-8, 'wb' for bytes.
    """
    path = Path(path)
    path.parent.mkdir(parents=True, exist_ok=True)
    temporary = path.with_name(f'.{path.name}.{os.getpid()}.tmp')
    try:
        with open(temporary, mode, encoding=None if 'b' in mode else 'utf-8') as file:
            yield file
        os.replace(temporary, path)
    except BaseException:
        with suppress(FileNotFoundError):
            temporary.unlink()
        raise
