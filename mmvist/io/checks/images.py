"""The images of the frames, whether they are there."""

from collections.abc import Sequence
from pathlib import Path

from mmvist.io.problems import Problems
from mmvist.io.progress import progress
from mmvist.structures import Video, VideoSet

MAX_NAMED = 10


def check_images(video_set: VideoSet, img_prefix: str | Path, problems: Problems, every_image: bool = False,
                 missing_images: bool = False) -> list[str]:
    """Look for the images of the frames.

    Args:
        video_set: The annotations.
        img_prefix: Root of the images.
        problems: Notes missing images, and videos whose images are not named.
        every_image: Look for all images in place of each video's first, middle and last.
        missing_images: Return missing images as remarks, and note none.

    Returns:
        What can be lived with, one line a video.
    """
    remarks = []
    for tracks in progress(video_set.videos, len(video_set.videos), f'checking images of {problems.source}'):
        missing, place = _missing(tracks.video, Path(img_prefix), every_image), f'video {tracks.video.name}'
        if missing and missing_images:
            remarks.append(f'{place}: no image {listed(missing)}')
        elif missing:
            problems.add(place, f'no image {listed(missing)}')
        if tracks.video.length and not tracks.video.file_names:
            problems.add(place, 'the images of its frames are not named')
    return remarks


def _missing(video: Video, img_prefix: Path, every_image: bool) -> list[str]:
    names = video.file_names
    if names and not every_image:
        names = dict.fromkeys((names[0], names[len(names) // 2], names[-1]))
    return [str(img_prefix / name) for name in names if not (img_prefix / name).is_file()]


def listed(names: Sequence[str]) -> str:
    """Names in one line, the first ten where there are many."""
    more = f' and {len(names) - MAX_NAMED} more' if len(names) > MAX_NAMED else ''
    return ', '.join(names[:MAX_NAMED]) + more
