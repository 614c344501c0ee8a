"""mmengine's way to write files, without half-written ones."""

import os
from pathlib import Path

from mmengine.fileio import LocalBackend, register_backend


class AtomicBackend(LocalBackend):
    """Writes beside the target and renames, so that a file is whole or not there.

    mmengine 0.10.7 writes in place: a run that is killed while it saves leaves a broken checkpoint, and has already
    removed the one before when only the latest is kept. Can go when mmengine renames.
    """

    def put(self, obj: bytes, filepath: str | Path) -> None:
        """Write bytes; missing folders are made."""
        path = Path(filepath)
        path.parent.mkdir(parents=True, exist_ok=True)
        sibling = path.with_name(f'.{path.name}.{os.getpid()}')
        try:
            sibling.write_bytes(obj)
            os.replace(sibling, path)
        finally:
            sibling.unlink(missing_ok=True)

    def put_text(self, obj: str, filepath: str | Path, encoding: str = 'utf-8') -> None:
        """Write text; missing folders are made."""
        self.put(obj.encode(encoding), filepath)


def install_backend() -> None:
    """Make mmengine write local files, checkpoints among them, through `AtomicBackend`."""
    register_backend('local', AtomicBackend, force=True, prefixes='')
