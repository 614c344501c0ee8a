"""What MOTS benchmarks with one file format differ in, and what their readers and writers share."""

from dataclasses import dataclass

from mmvist.io.disjoint_masks import check_disjoint
from mmvist.io.problems import Problems
from mmvist.io.sequences import check_names
from mmvist.structures import VideoSet, VideoTracks

IGNORE_CLASS = 10
IGNORE_ID = 10000
INSTANCES = 1000  # numbers of instances that a class has, in ids and in pixels


@dataclass(frozen=True)
class MOTSBenchmark:
    """Classes and counting of a benchmark.

    Attributes:
        classes: Class names; a label is an index into them.
        category_ids: The files' number of each class.
        first_frame: Number of a sequence's first frame.
    """

    classes: tuple[str, ...]
    category_ids: tuple[int, ...]
    first_frame: int = 0


KITTI_MOTS = MOTSBenchmark(('car', 'pedestrian'), (1, 2))
MOTS_CHALLENGE = MOTSBenchmark(('pedestrian',), (2,), first_frame=1)


def length_of(name: str, ends: tuple[int, int] | None, benchmark: MOTSBenchmark, problems: Problems) -> int | None:
    """Number of frames between the ends of a sequence, where they are known.

    The official tools count from the benchmark's first frame whatever a sequence map says, so no sequence may begin
    with a later one: the frames before it would count.
    """
    if ends is None:
        return None
    first, last = ends
    if first > benchmark.first_frame:
        problems.add(f'sequence {name}', f'frames {first}..{last} are wanted, but all sequences must begin with frame '
                                         f'{benchmark.first_frame}')
    return max(last - benchmark.first_frame + 1, 0)


def writable_frames(video_set: VideoSet, target: str) -> list[tuple[VideoTracks, list[slice]]]:
    """Every video with the rows of each frame, once all can be written as MOTS files.

    Raises:
        FormatError: Names occur twice or cannot be files', a class number means ignore, a row has no mask, or masks of
            a frame overlap.
    """
    problems = Problems(target)
    if IGNORE_CLASS in video_set.category_ids:
        problems.add('classes', f'class number {IGNORE_CLASS} means ignore')
    result = []
    for tracks in video_set.videos:
        check_disjoint(tracks, problems)
        frames = [tracks.rows_at(frame) for frame in range(tracks.video.length)]
        result.append((tracks, frames))
    check_names(video_set, problems, may_be_empty=True)
    problems.check()
    return result
