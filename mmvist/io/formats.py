"""Every way annotated videos are stored, by name."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import partial
from importlib import import_module
from pathlib import Path
from typing import Literal

from mmvist.io import coco, frame_files, mot, mots, ytvis
from mmvist.io.splits import apply_split
from mmvist.structures import VideoSet

Sequences = Mapping[str, tuple[int, int] | None]


@dataclass(frozen=True)
class Format:
    """One way to store annotated videos.

    Attributes:
        read: Reads ground truth. Where the format has sequences, the argument `sequences` names those wanted, with the
            numbers of their first and last frames where these are known; without it all are read.
        read_results: Reads results for the videos and classes of a ground truth; where the format has sequences, with
            the `sequences` that the ground truth was read with.
        write: Writes ground truth.
        write_results: Writes results.
        regions: What its benchmark compares.
        sequence_names: The sequences of a ground truth, where each has a file or folder of its own.
        may_trust: Whether both readers take `trusted`, which leaves the checks of masks to the caller.
    """

    read: Callable[..., VideoSet]
    read_results: Callable[..., VideoSet]
    write: Callable[[VideoSet, str | Path], None]
    write_results: Callable[[VideoSet, str | Path], None]
    regions: Literal['masks', 'boxes']
    sequence_names: Callable[[str | Path], list[str]] | None = None
    may_trust: bool = False


def _late(module: str, function: str) -> Callable:
    """A function of a module here that is imported when it is called, as it is large or needs OpenCV."""
    def call(*args: object, **options: object) -> VideoSet | list[str] | None:
        return getattr(import_module(f'mmvist.io.{module}'), function)(*args, **options)

    return call


def _mots(benchmark: mots.MOTSBenchmark, write_ground_truth: Callable[..., None]) -> Format:
    def read_results(path: str | Path, ground_truth: VideoSet, sequences: Sequences | None = None,
                     trusted: bool = False) -> VideoSet:
        # The ground truth knows how long sequences are, and all begin with the same frame.
        return mots.read_txt(path, benchmark, videos=[tracks.video for tracks in ground_truth.videos], trusted=trusted)

    def read(path: str | Path, sequences: Sequences | None = None, trusted: bool = False) -> VideoSet:
        return mots.read(path, benchmark, sequences, trusted)

    return Format(read, read_results, partial(write_ground_truth, first_frame=benchmark.first_frame),
                  partial(mots.write_txt, first_frame=benchmark.first_frame), 'masks', mots.sequence_names,
                  may_trust=True)


FORMATS = {
    'ytvis': Format(ytvis.read, ytvis.read_results, ytvis.write, ytvis.write_results, 'masks', may_trust=True),
    'kitti_mots': _mots(mots.KITTI_MOTS, mots.write_txt),
    'mots': _mots(mots.MOTS_CHALLENGE, mots.write_txt),
    'mot': Format(mot.read, mot.read_results, mot.write, mot.write_results, 'boxes', mot.sequence_names),
    'bdd100k': Format(*(_late('bdd100k', name) for name in ('read', 'read_results', 'write', 'write_results')),
                      'boxes'),
    'davis': Format(*(_late('davis', name) for name in ('read', 'read_results', 'write', 'write')), 'masks',
                    _late('davis', 'sequence_names')),
    'coco': Format(coco.read, coco.read_results, coco.write, coco.write_results, 'masks'),
    'frames': Format(frame_files.read, frame_files.read_results, frame_files.write, frame_files.write, 'masks'),
}
# Two forms of one format: read as the format, written under these names.
WRITERS = {name: format.write for name, format in FORMATS.items()} | {
    'kitti_mots_png': partial(mots.write_png, first_frame=0), 'mots_png': partial(mots.write_png, first_frame=1),
    'bdd100k_bitmask': _late('bdd100k', 'write_bitmask')}


def read(path: str | Path, format: str, seqmap: str | Path | None = None, split: str | Path | None = None) -> VideoSet:
    """Read annotated videos.

    Args:
        path: A file or folder, as the format has it.
        format: One of `FORMATS`.
        seqmap: The file of the split's sequences with their first and last frames, for formats that have such. Without
            it all sequences of the folder count, and each ends with its last file or object.
        split: The file of the split's videos, see `splits`; without it all videos count.

    Raises:
        ValueError: There is no such format, or it has no sequence maps.
        FormatError: The files are broken.
        FileNotFoundError: There is no such file.
    """
    check(format, seqmap)
    if FORMATS[format].sequence_names is None:
        video_set = FORMATS[format].read(path)
    else:
        video_set = FORMATS[format].read(path, None if seqmap is None else mots.read_seqmap(seqmap))
    return video_set if split is None else apply_split(video_set, split)


def check(format: str, seqmap: str | Path | None) -> None:
    """Raise ValueError unless the format exists and takes a sequence map where one is given."""
    if format not in FORMATS:
        raise ValueError(f'unknown format {format!r}; known: {", ".join(FORMATS)}')
    if seqmap is not None and FORMATS[format].sequence_names is None:
        raise ValueError(f'format {format} has no sequence maps, got {seqmap}')
