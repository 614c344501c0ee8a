"""Where Vistas keeps what belongs to a folder of instances.

`ROOT/SPLIT/instances` has its images in `ROOT/SPLIT/images` and its labels in `ROOT/config.json`; so has
`ROOT/SPLIT/v2.0/instances`, with `ROOT/config_v2.0.json`.
"""

import re
from collections.abc import Container
from pathlib import Path

from mmvist.io.problems import Problems

VERSION = re.compile(r'v\d+\.\d+')
CONFIGS = ('config.json', 'config_v1.2.json', 'config_v2.0.json')


def config_file(folder: Path, problems: Problems) -> Path | None:
    """The file that lists the labels; `None`, and a note, where it cannot be told.

    Below a folder of a version, such as `v2.0`, that is the version's own; elsewhere the only one that is there.
    """
    split, version = _split_and_version(folder)
    names = CONFIGS if version is None else (f'config_{version}.json',)
    found = [name for name in names if (split.parent / name).is_file()]
    if len(found) == 1:
        return split.parent / found[0]
    problems.add('labels', f'there is no {" or ".join(names)} in {split.parent}' if not found else
                 f'{" and ".join(found)} are in {split.parent}, and no folder like v2.0 tells which of them holds')
    return None


def image_folder(folder: Path) -> Path | None:
    """The folder of the images, if there is one."""
    images = _split_and_version(folder)[0] / 'images'
    return images if images.is_dir() else None


def files_by_name(folder: Path, suffixes: Container[str], problems: Problems) -> dict[str, Path]:
    """Files of a folder by their names without ending, in order."""
    files: dict[str, Path] = {}
    for file in sorted(folder.iterdir()):
        if file.suffix.lower() not in suffixes or file.name[0] == '.' or not file.is_file():
            continue
        if file.stem in files:
            problems.add(file.name, f'has the name of {files[file.stem].name}')
        else:
            files[file.stem] = file
    return files


def _split_and_version(folder: Path) -> tuple[Path, str | None]:
    # A relative path may be too short to have the parents wanted.
    parent = folder.absolute().parent
    return (parent.parent, parent.name) if VERSION.fullmatch(parent.name) else (parent, None)
