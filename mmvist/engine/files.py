"""mmengine's way to write files, without half-written ones."""

from pathlib import Path

from mmengine.fileio import LocalBackend, register_backend

from mmvist.io.atomic import open_atomic


class AtomicBackend(LocalBackend):
    """Writes files that are whole or not there.

    mmengine 0.10.7 writes in place: a run that is killed while it saves leaves a broken checkpoint, and has removed the
    one before already when only the latest is kept. Can go when mmengine writes beside the target and renames.
    """

    def put(self, obj: bytes, filepath: str | Path) -> None:
        """Write bytes; missing folders are made."""
        with open_atomic(filepath, 'wb') as file:
            file.write(obj)

    def put_text(self, obj: str, filepath: str | Path, encoding: str = 'utf-8') -> None:
        """Write text; missing folders are made."""
        self.put(obj.encode(encoding), filepath)


def install_backend() -> None:
    """Make mmengine write local files, checkpoints among them, through `AtomicBackend`."""
    register_backend('local', AtomicBackend, force=True, prefixes='')
