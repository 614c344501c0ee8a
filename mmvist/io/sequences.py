"""What formats with a file or a folder a sequence have in common: names, and the frames that are wanted."""

from mmvist.io.problems import Problems
from mmvist.structures import VideoSet

IMAGE_SUFFIXES = ('.bmp', '.jpeg', '.jpg', '.png', '.ppm', '.tif', '.tiff', '.webp')
# Four days at 25 frames a second. A larger number is a slip, and would take all memory wherever frames are counted.
MAX_LENGTH = 10_000_000
# pycocotools counts the pixels of an image in 32 bits, one of them for the sign.
MAX_PIXELS = 2 ** 31 - 1


def check_names(video_set: VideoSet, problems: Problems) -> None:
    """Note videos that cannot be told apart as files or folders, and those without frames."""
    names: set[str] = set()
    for video in (tracks.video for tracks in video_set.videos):
        if video.name in names:
            problems.add(f'video {video.name}', 'the name occurs twice')
        elif not video.name.isprintable() or video.name[:1] in ('', '.') or set('/\\') & set(video.name):
            problems.add(f'video {video.name}', 'the name cannot be a file\'s')
        elif video.length == 0:
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
