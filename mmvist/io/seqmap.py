"""Sequence maps: which sequences a split has, and which of their frames, in every format with sequences."""

import re
from pathlib import Path

from mmvist.io.atomic import open_atomic
from mmvist.io.problems import Problems
from mmvist.io.sequences import MAX_LENGTH
from mmvist.io.text_lines import read_lines
from mmvist.structures import VideoSet

FRAME = re.compile(rb'[0-9]{1,18}')


def read_seqmap(path: str | Path) -> dict[str, tuple[int, int]]:
    """Read lines `NAME empty FIRST LAST`.

    Returns:
        Number of the first and of the last frame of each sequence, both inclusive, in the file's order.

    Raises:
        FileNotFoundError: There is no such file.
        FormatError: A line is something else, a sequence occurs twice, or there are none.
    """
    problems, sequences = Problems(path), {}
    for line, number in zip(*read_lines(path), strict=True):
        fields, place = line.split(), f'line {number}'
        try:
            name = fields[0].decode()
        except UnicodeDecodeError:
            problems.add(place, 'must be text in UTF-8')
            continue
        if len(fields) != 4 or not all(map(FRAME.fullmatch, fields[2:])):
            problems.add(place, f'must be NAME empty FIRST LAST, got {line[:60].decode(errors="replace")!r}')
            continue
        first, last = map(int, fields[2:])
        if name in sequences:
            problems.add(place, f'sequence {name} occurs twice')
        elif last < first:
            problems.add(place, f'last frame {last} lies before first frame {first}')
        elif last > MAX_LENGTH:
            problems.add(place, f'last frame {last} lies behind {MAX_LENGTH}')
        else:
            sequences[name] = first, last
    if not sequences and not len(problems):
        problems.add('file', 'names no sequence')
    problems.check()
    return sequences


def write_seqmap(video_set: VideoSet, path: str | Path, first_frame: int = 0) -> None:
    """Write the sequence map of a split.

    Args:
        video_set: The videos, in the order wanted.
        path: The file.
        first_frame: Number of a video's first frame: 0 for KITTI MOTS, 1 for MOTSChallenge.

    Raises:
        FormatError: A name holds blanks, or a video has no frames.
    """
    problems = Problems(path)
    for video in (tracks.video for tracks in video_set.videos):
        if video.name.split() != [video.name]:
            problems.add(f'video {video.name}', 'the name must be one word')
        elif video.length == 0:
            problems.add(f'video {video.name}', 'has no frames')
    problems.check()
    with open_atomic(path) as file:
        for video in (tracks.video for tracks in video_set.videos):
            file.write(f'{video.name} empty {first_frame:06d} {first_frame + video.length - 1:06d}\n')
