"""KITTI MOTS and MOTSChallenge files; `read` takes either form of the ground truth."""

from collections.abc import Mapping
from pathlib import Path

from mmvist.io.mots.benchmark import KITTI_MOTS, MOTS_CHALLENGE, MOTSBenchmark
from mmvist.io.mots.png import read_png, write_png
from mmvist.io.mots.text import read_txt, text_files, write_txt
from mmvist.io.seqmap import read_seqmap, write_seqmap
from mmvist.structures import VideoSet

__all__ = ['KITTI_MOTS', 'MOTS_CHALLENGE', 'MOTSBenchmark', 'read', 'read_png', 'read_seqmap', 'read_txt',
           'sequence_names', 'write_png', 'write_seqmap', 'write_txt']


def read(path: str | Path, benchmark: MOTSBenchmark = KITTI_MOTS,
         sequences: Mapping[str, tuple[int, int]] | None = None, trusted: bool = False) -> VideoSet:
    """Read text where the path is or holds text files, folders of images elsewhere; see `read_txt` and `read_png`."""
    if text_files(Path(path)):
        return read_txt(path, benchmark, sequences, trusted=trusted)
    return read_png(path, benchmark, sequences)


def sequence_names(path: str | Path) -> list[str]:
    """Names of the sequences that there are files or folders of, in order."""
    path = Path(path)
    return list(text_files(path)) or sorted(folder.name for folder in path.iterdir() if folder.is_dir())
