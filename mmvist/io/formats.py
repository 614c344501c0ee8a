"""Annotations by the name of their format."""

from pathlib import Path

from mmvist.io import mots, ytvis
from mmvist.structures import VideoSet

MOTS_BENCHMARKS = {'kitti_mots': mots.KITTI_MOTS, 'mots': mots.MOTS_CHALLENGE}
FORMATS = ('ytvis', *MOTS_BENCHMARKS)


def read(path: str | Path, format: str, seqmap: str | Path | None = None) -> VideoSet:
    """Read annotated videos.

    Args:
        path: A YouTube-VIS file; for MOTS a folder of text files or of folders of PNG files, or one text file.
        format: One of `FORMATS`.
        seqmap: For MOTS, the file of the split's sequences and their last frames. Without it all sequences of the
            folder count, and each ends with its last file or mask.

    Raises:
        ValueError: There is no such format, or it has no sequence maps.
        FormatError: The files are broken.
        FileNotFoundError: There is no such file.
    """
    check(format, seqmap)
    if format == 'ytvis':
        return ytvis.read(path)
    sequences = None if seqmap is None else mots.read_seqmap(seqmap)
    return mots.read(path, MOTS_BENCHMARKS[format], sequences)


def check(format: str, seqmap: str | Path | None) -> None:
    """Raise ValueError unless the format exists and takes a sequence map where one is given."""
    if format not in FORMATS:
        raise ValueError(f'unknown format {format!r}; known: {", ".join(FORMATS)}')
    if seqmap is not None and format not in MOTS_BENCHMARKS:
        raise ValueError(f'format {format} has no sequence maps, got {seqmap}')
