"""Output that replaces what was there once it is complete, a file or a whole folder."""

import os
import shutil
import tempfile
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path

# What annotations are stored in. A folder that holds anything else is not ours to replace.
SUFFIXES = ('.txt', '.json', '.png', '.ini', '.seqmap')


def check_out(out: str | Path, inputs: Sequence[str | Path], overwrite: bool) -> Path:
    """Where to write, with links followed.

    Args:
        out: The file or folder wanted.
        inputs: What is read, which must not be in there.
        overwrite: Whether it may be replaced. An empty folder always may.

    Raises:
        ValueError: It is there, holds what is read, lies in it, or is a folder that holds more than annotations.
    """
    out = Path(out).resolve()
    for source in (Path(path).resolve() for path in inputs):
        if out == source or out in source.parents or source in out.parents:
            raise ValueError(f'{out}: cannot be written while {source} is read; choose another place')
    if out.is_dir():
        files = [path for path in sorted(out.rglob('*')) if path.is_symlink() or not path.is_dir()]
        foreign = [path for path in files if path.is_symlink() or path.suffix not in SUFFIXES]
        if foreign:
            raise ValueError(f'{out}: is a folder that holds more than annotations, such as {foreign[0]}')
        if files and not overwrite:
            raise ValueError(f'{out}: is there already, with {len(files)} files; --overwrite replaces it')
    elif out.exists() and not overwrite:
        raise ValueError(f'{out}: is there already; --overwrite replaces it')
    return out


@contextmanager
def replaced(out: Path) -> Iterator[Path]:
    """A path of the same name to write to, file or folder, that takes the place of `out` when the block ends well.

    What was there before stays until then, and stays for good when the block raises.
    """
    out.parent.mkdir(parents=True, exist_ok=True)
    staging = Path(tempfile.mkdtemp(prefix=f'.{out.name}.', suffix='.tmp', dir=out.parent))
    try:
        new, old = staging / out.name, staging / 'old'
        yield new
        if out.exists():
            os.replace(out, old)
        try:
            os.replace(new, out)
        except OSError:
            if old.exists():
                os.replace(old, out)
            raise
    finally:
        shutil.rmtree(staging, ignore_errors=True)
