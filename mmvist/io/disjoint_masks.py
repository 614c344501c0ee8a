"""What formats with one object a pixel ask of masks."""

from collections.abc import Iterator

from mmvist.io.problems import Problems
from mmvist.structures import VideoTracks
from mmvist.structures.overlaps import overlapping_pixels, overlapping_rows


def overlaps(tracks: VideoTracks) -> Iterator[tuple[int, str]]:
    """Frames in which masks share pixels, and which masks do.

    Args:
        tracks: With a mask in every row, none of them broken.
    """
    for frame in overlapping_pixels(tracks):
        pairs = tracks.ids[overlapping_rows(tracks, frame)].tolist()
        yield frame, f'masks overlap: {", ".join(f"{one} and {other}" for one, other in pairs)}'


def check_disjoint(tracks: VideoTracks, problems: Problems) -> None:
    """Note rows without a mask; where there are none, frames in which masks share pixels."""
    place = f'video {tracks.video.name}'
    boxes_alone = [row for row, mask in enumerate(tracks.masks) if mask is None]
    for row in boxes_alone:
        problems.add(f'{place}, frame {tracks.frames[row]}', f'id {tracks.ids[row]} has no mask')
    for frame, fault in () if boxes_alone else overlaps(tracks):
        problems.add(f'{place}, frame {frame}', fault)
