"""KITTI MOTS and MOTSChallenge files; `read` takes either form of the ground truth."""

from collections.abc import Mapping
from pathlib import Path

from mmvist.io.mots.benchmark import KITTI_MOTS, MOTS_CHALLENGE, MOTSBenchmark
from mmvist.io.mots.png import read_png, write_png
from mmvist.io.mots.seqmap import read_seqmap, write_seqmap
from mmvist.io.mots.text import read_txt, write_txt
from mmvist.structures import VideoSet

__all__ = ['KITTI_MOTS', 'MOTS_CHALLENGE', 'MOTSBenchmark', 'read', 'read_png', 'read_seqmap', 'read_txt', 'write_png',
           'write_seqmap', 'write_txt']


def read(path: str | Path, benchmark: MOTSBenchmark = KITTI_MOTS, seqmap: Mapping[str, tuple[int, int]] | None = None
         ) -> VideoSet:
    """Read text where the path is or holds `*.txt`, folders of images elsewhere; see `read_txt` and `read_png`."""
    path = Path(path)
    is_text = path.is_file() or any(path.glob('*.txt'))
    return read_txt(path, benchmark, seqmap) if is_text else read_png(path, benchmark, seqmap)
