"""What formats with a file or a folder a sequence have in common: names, and the frames that are wanted."""

from collections.abc import Mapping

from mmvist.io.problems import Problems
from mmvist.structures import Video, VideoSet

IMAGE_SUFFIXES = ('.bmp', '.jpeg', '.jpg', '.png', '.ppm', '.tif', '.tiff', '.webp')
# Four days at 25 frames a second. A larger number is a slip, and would take all memory wherever frames are counted.
MAX_LENGTH = 10_000_000
# pycocotools counts the pixels of an image in 32 bits, one of them for the sign.
MAX_PIXELS = 2 ** 31 - 1


def check_names(video_set: VideoSet, problems: Problems, may_be_empty: bool = False) -> None:
    """Note videos that cannot be told apart as files or folders, and, unless they may be, those without frames."""
    names: set[str] = set()
    for video in (tracks.video for tracks in video_set.videos):
        if video.name in names:
            problems.add(f'video {video.name}', 'the name occurs twice')
        elif not video.name.isprintable() or video.name[:1] in ('', '.') or set('/\\') & set(video.name):
            problems.add(f'video {video.name}', 'the name cannot be a file\'s')
        elif video.length == 0 and not may_be_empty:
            problems.add(f'video {video.name}', 'has no frames')
        names.add(video.name)


def wanted_ends(name: str, wanted: tuple[int, int] | None, first: int, last: int, problems: Problems
                ) -> tuple[int, int]:
    """Number of the first and of the last frame to read.

    Args:
        name: The sequence.
        wanted: The ends asked for, both inclusive; `None` for all frames.
        first: Number of the sequence's first frame.
        last: Number of its last frame.
        problems: Notes ends that do not lie in the sequence.
    """
    if wanted is None:
        return first, last
    if not first <= wanted[0] <= wanted[1] <= last:
        problems.add(f'sequence {name}', f'frames {wanted[0]}..{wanted[1]} are wanted, there are {first}..{last}')
        return first, last
    return wanted


def result_ends(video: Video, wanted: Mapping[str, tuple[int, int] | None] | None, first: int, problems: Problems
                ) -> tuple[int, int, int]:
    """Numbers that results have: of a video's first and last frame, and the largest there may be.

    Args:
        video: The video as the ground truth has it.
        wanted: The ends that the ground truth was read with, if any. Results of frames outside them may be there.
        first: Number of a sequence's first frame.
        problems: Notes ends that do not have as many frames as the video.
    """
    ends = None if wanted is None else wanted.get(video.name)
    whole = first, first + video.length - 1, first + video.length - 1
    if ends is None:
        return whole
    if ends[0] < first or ends[1] - ends[0] + 1 != video.length:
        problems.add(f'sequence {video.name}', f'frames {ends[0]}..{ends[1]} are wanted, counted from {first}, the '
                                               f'ground truth has {video.length}')
        return whole
    return *ends, MAX_LENGTH
