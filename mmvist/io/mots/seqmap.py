"""Sequence maps: which sequences a MOTS split has, and which frames."""

from pathlib import Path

from mmvist.io.atomic import open_atomic
from mmvist.io.problems import Problems
from mmvist.structures import VideoSet


def read_seqmap(path: str | Path) -> dict[str, tuple[int, int]]:
    """Read lines `NAME empty FIRST LAST`.

    Returns:
        Number of the first and of the last frame of each sequence, both inclusive, in the file's order.

    Raises:
        FileNotFoundError: There is no such file.
        FormatError: A line is something else, or a sequence occurs twice.
    """
    problems, sequences = Problems(path), {}
    for number, line in enumerate(Path(path).read_text(encoding='utf-8').splitlines(), 1):
        fields = line.split()
        place = f'line {number}'
        if not fields:
            continue
        if len(fields) != 4 or not (fields[2].isdecimal() and fields[3].isdecimal()):
            problems.add(place, f'must be NAME empty FIRST LAST, got {line!r}')
        elif fields[0] in sequences:
            problems.add(place, f'sequence {fields[0]} occurs twice')
        elif int(fields[3]) < int(fields[2]):
            problems.add(place, f'last frame {fields[3]} lies before first frame {fields[2]}')
        else:
            sequences[fields[0]] = (int(fields[2]), int(fields[3]))
    problems.check()
    return sequences


def write_seqmap(video_set: VideoSet, path: str | Path, first_frame: int = 0) -> None:
    """Write the sequence map of a split.

    Args:
        video_set: The videos, in the order wanted.
        path: The file.
        first_frame: Number of a video's first frame: 0 for KITTI MOTS, 1 for MOTSChallenge.
    """
    with open_atomic(path) as file:
        for video in (tracks.video for tracks in video_set.videos):
            file.write(f'{video.name} empty {first_frame:06d} {first_frame + video.length - 1:06d}\n')
