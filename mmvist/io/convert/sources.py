"""Everything that can be read."""

from collections.abc import Sequence
from pathlib import Path

from mmvist.io import formats, vistas
from mmvist.io.detect import detect_format
from mmvist.io.numbered_images import name_images
from mmvist.io.splits import apply_split
from mmvist.structures import VideoSet

OPEN_IMAGES, VISTAS = 'openimages', 'vistas'
SOURCES = (*formats.FORMATS, OPEN_IMAGES, VISTAS)


def tell_format(path: str | Path) -> str:
    """Tell which of `SOURCES` a file or folder is.

    A table `*.csv` is OpenImages', a folder `instances` that itself holds images `*.png` is Vistas'; see
    `detect_format` for the others.

    Raises:
        FileNotFoundError: There is no such file or folder.
        FormatError: It looks like none of them.
    """
    path = Path(path)
    if path.suffix == '.csv' and path.is_file():
        return OPEN_IMAGES
    if path.name == 'instances' and any(path.glob('*.png')):
        return VISTAS
    return detect_format(path)


def check_source(format: str, seqmap: str | Path | None) -> None:
    """Raise ValueError unless the format can be read and takes a sequence map where one is given."""
    if format not in SOURCES:
        raise ValueError(f'unknown format {format!r}; known: {", ".join(SOURCES)}')
    if format in formats.FORMATS:
        formats.check(format, seqmap)
    elif seqmap is not None:
        raise ValueError(f'format {format} has no sequence maps, got {seqmap}')


def read_source(path: str | Path, format: str, seqmap: str | Path | None = None, split: str | Path | None = None,
                classes: Sequence[str] | None = None, img_prefix: str | Path | None = None) -> VideoSet:
    """Read annotations.

    Args:
        path: A file or folder, as the format has it. OpenImages' is `SPLIT-annotations-object-segmentation.csv`;
            beside it are the folder `SPLIT-masks` and `class-descriptions-boxable.csv`. Vistas' is the folder
            `SPLIT/instances` or `SPLIT/v2.0/instances`, below that of the config; see `mmvist.io.vistas.read`.
        format: One of `SOURCES`.
        seqmap: See `formats.read`.
        split: See `formats.read`.
        classes: Of OpenImages, which is too large to be read whole, the only ones to read.
        img_prefix: Root of the images, for annotations that do not tell their names, see `name_images`. OpenImages'
            are by default in the folder `SPLIT` beside the table, Vistas' in `SPLIT/images`.

    Raises:
        ValueError: There is no such format, or it has no sequence maps.
        FormatError: The files are broken, or numbered images are missing.
        FileNotFoundError: There is no such file.
    """
    check_source(format, seqmap)
    if format in formats.FORMATS:
        video_set = formats.read(path, format, seqmap, split)
        return video_set if img_prefix is None else name_images(video_set, img_prefix, format, seqmap)
    video_set = vistas.read(path, img_prefix) if format == VISTAS else _open_images(Path(path), classes, img_prefix)
    return video_set if split is None else apply_split(video_set, split)


def _open_images(path: Path, classes: Sequence[str] | None, img_prefix: str | Path | None) -> VideoSet:
    # OpenCV is loaded with it.
    from mmvist.io import openimages

    part = path.name.partition('-annotations')[0]
    images = path.with_name(part) if img_prefix is None else img_prefix
    return openimages.read(path, path.with_name(f'{part}-masks'), images,
                           path.with_name('class-descriptions-boxable.csv'), classes)
