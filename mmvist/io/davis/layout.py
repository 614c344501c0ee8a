"""Where DAVIS's label images and images lie."""

from collections.abc import Container
from pathlib import Path

from mmvist.io.problems import FormatError, Problems
from mmvist.io.sequences import IMAGE_SUFFIXES, MAX_LENGTH

# Folders between the one of a kind and those of the videos.
RESOLUTIONS = ('480p', 'Full-Resolution')


def existing(path: str | Path) -> Path:
    """The folder.

    Raises:
        FileNotFoundError: There is no such folder.
    """
    path = Path(path)
    if not path.is_dir():
        raise FileNotFoundError(f'{path}: no such folder')
    return path


def video_folders(path: Path) -> dict[str, Path]:
    """Folder of every video's label images, by name; see `mmvist.io.davis.read` for the forms.

    Raises:
        FormatError: The folder holds no label image and no folder.
    """
    root = _inner(path / 'Annotations' if (path / 'Annotations').is_dir() else path)
    if any(file.name[0] != '.' for file in root.glob('*.png')):
        return {root.resolve().name: root}
    found = {folder.name: folder for folder in sorted(root.iterdir()) if folder.is_dir() and folder.name[0] != '.'}
    if not found:
        raise FormatError(str(path), ('folder: holds neither images *.png nor folders of videos',))
    return found


def image_folder(path: Path) -> Path | None:
    """Folder of the images that belong to the label images of a data set, if the path is its root."""
    images = path / 'JPEGImages'
    return images if images.is_dir() and (path / 'Annotations').is_dir() else None


def images_of(images: Path, name: str, is_alone: bool) -> Path:
    """Folder of a video's images: of its name, or the whole folder where there is no other video."""
    folder = _inner(images) / name
    return images if is_alone and not folder.is_dir() else folder


def _inner(folder: Path) -> Path:
    return next((folder / name for name in RESOLUTIONS if (folder / name).is_dir()), folder)


def numbered_files(folder: Path, place: str, suffixes: Container[str], problems: Problems) -> dict[int, Path]:
    """Images of a folder by the number that is their name, rising."""
    files: dict[int, Path] = {}
    for file in sorted(folder.iterdir()) if folder.is_dir() else ():
        if file.suffix.lower() not in suffixes or file.name[0] == '.' or not file.is_file():
            continue
        number = int(file.stem) if file.stem.isascii() and file.stem.isdecimal() and len(file.stem) < 19 else -1
        if not 0 <= number < MAX_LENGTH:
            problems.add(f'{place}/{file.name}', f'the name must be the number of a frame, 0..{MAX_LENGTH - 1}')
        elif number in files:
            problems.add(f'{place}/{file.name}', f'is the same frame as {files[number].name}')
        else:
            files[number] = file
    return dict(sorted(files.items()))


def frame_images(folder: Path, place: str, problems: Problems) -> dict[int, Path]:
    """Images of a video's frames by number."""
    return numbered_files(folder, place, IMAGE_SUFFIXES, problems)


def label_images(folder: Path, place: str, problems: Problems) -> dict[int, Path]:
    """Label images of a video by frame."""
    return numbered_files(folder, place, ('.png',), problems)


def sequence_names(path: str | Path) -> list[str]:
    """Names of the videos that `read` finds, in its order.

    Raises:
        FileNotFoundError: There is no such folder.
        FormatError: The folder holds no label image and no folder.
    """
    return list(video_folders(existing(path)))
