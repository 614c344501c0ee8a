"""Everything that can be read."""

from collections.abc import Sequence
from pathlib import Path

from mmvist.io import formats
from mmvist.io.detect import detect_format
from mmvist.io.numbered_images import name_images
from mmvist.io.splits import apply_split
from mmvist.structures import VideoSet

OPEN_IMAGES = 'openimages'
SOURCES = (*formats.FORMATS, OPEN_IMAGES)


def tell_format(path: str | Path) -> str:
    """Tell which of `SOURCES` a file or folder is: a table `*.csv` is OpenImages'; see `detect_format` for the others.

    Raises:
        FileNotFoundError: There is no such file or folder.
        FormatError: It looks like none of them.
    """
    path = Path(path)
    if path.suffix == '.csv' and path.is_file():
        return OPEN_IMAGES
    return detect_format(path)


def read_source(path: str | Path, format: str, seqmap: str | Path | None = None, split: str | Path | None = None,
                classes: Sequence[str] | None = None, img_prefix: str | Path | None = None) -> VideoSet:
    """Read annotations.

    Args:
        path: A file or folder, as the format has it. OpenImages' is `SPLIT-annotations-object-segmentation.csv`;
            beside it are the folder `SPLIT-masks` and `class-descriptions-boxable.csv`.
        format: One of `SOURCES`.
        seqmap: See `formats.read`.
        split: See `formats.read`.
        classes: Of OpenImages, which is too large to be read whole, the only ones to read.
        img_prefix: Root of the images, for annotations that do not tell their names, see `name_images`. OpenImages'
            are by default in the folder `SPLIT` beside the table.

    Raises:
        ValueError: There is no such format, or it has no sequence maps.
        FormatError: The files are broken, or numbered images are missing.
        FileNotFoundError: There is no such file.
    """
    if format == OPEN_IMAGES:
        return _open_images(Path(path), seqmap, split, classes, img_prefix)
    video_set = formats.read(path, format, seqmap, split)
    return video_set if img_prefix is None else name_images(video_set, img_prefix, format, seqmap)


def _open_images(path: Path, seqmap: str | Path | None, split: str | Path | None, classes: Sequence[str] | None,
                 img_prefix: str | Path | None) -> VideoSet:
    if seqmap is not None:
        raise ValueError(f'format {OPEN_IMAGES} has no sequence maps, got {seqmap}')
    # OpenCV is loaded with it.
    from mmvist.io import openimages

    part = path.name.partition('-annotations')[0]
    images = path.with_name(part) if img_prefix is None else img_prefix
    video_set = openimages.read(path, path.with_name(f'{part}-masks'), images,
                                path.with_name('class-descriptions-boxable.csv'), classes)
    return video_set if split is None else apply_split(video_set, split)
