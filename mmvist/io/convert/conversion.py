"""From one format to another: read, fit, write."""

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from mmvist.io import formats
from mmvist.io.convert.classes import fit_classes
from mmvist.io.convert.fit import Fit, number_videos
from mmvist.io.convert.sources import SOURCES, read_source, tell_format
from mmvist.io.convert.staging import check_out, replaced
from mmvist.io.convert.targets import TARGETS, Target
from mmvist.io.convert.windows import Windows
from mmvist.io.problems import FormatError, Problems
from mmvist.io.progress import progress
from mmvist.io.seqmap import read_seqmap, write_seqmap
from mmvist.structures import VideoSet

# Where the length of the videos of `forgets_length` formats is kept, in their folder.
SEQMAP = 'all.seqmap'
FIRST_FRAMES = {'kitti_mots': 0, 'mots': 1}


@dataclass(frozen=True)
class Request:
    """What to convert, and how.

    Attributes:
        source: File or folder to read.
        out: File or folder to write.
        to: One of `TARGETS`.
        origin: Format of the source, one of `SOURCES`; 'auto' to tell it by its looks, or that of the ground truth.
        seqmap: See `formats.read`; with results, that of the ground truth.
        split: See `formats.read`; with results, that of the ground truth.
        classes: Classes to keep, under their new names; see `fit_classes`.
        class_map: New names of classes; see `fit_classes`.
        results: Whether results are read and written, not ground truth.
        ground_truth: What the results are of, in their format. Frame JSON needs none, and takes any format.
        overlaps: Whether masks of a frame that overlap are refused or go by score, on a tie to the earlier row, where
            the target holds one object a pixel.
        drop: 'masks', 'boxes': what may be left out; see `Fit`.
        img_prefix: See `read_source`; with results, that of the ground truth.
        overwrite: Whether to replace what is at `out`.
        windows: Which windows of the videos to write in their place; as YouTube-VIS ground truth alone.
    """

    source: str | Path
    out: str | Path
    to: str
    origin: str = 'auto'
    seqmap: str | Path | None = None
    split: str | Path | None = None
    classes: Sequence[str] | None = None
    class_map: Mapping[str, str] | None = None
    results: bool = False
    ground_truth: str | Path | None = None
    overlaps: str = 'error'
    drop: Sequence[str] = ()
    img_prefix: str | Path | None = None
    overwrite: bool = False
    windows: Windows | None = None

    def __post_init__(self) -> None:
        for key, known in (('to', TARGETS), ('origin', ('auto', *SOURCES)), ('overlaps', ('error', 'by_score'))):
            if getattr(self, key) not in known:
                raise ValueError(f'{key}: unknown {getattr(self, key)!r}; known: {", ".join(known)}')
        unknown = [name for name in self.drop if name not in ('masks', 'boxes')]
        if unknown:
            raise ValueError(f'drop: unknown {unknown}; known: masks, boxes')
        if self.ground_truth is not None and not self.results:
            raise ValueError('a ground truth is for results, and these are none')
        if self.results and TARGETS[self.to].write_results is None:
            raise ValueError(f'{self.to} is a form of ground truth; results are written as '
                             f'{self.to.removesuffix("_png")}')
        if self.windows is not None and (self.results or self.to != 'ytvis'):
            # Windows share images, and their names have slashes: where a video is a folder they cannot be written.
            raise ValueError('windows are written as ground truth of the format ytvis, got '
                             f'{"results" if self.results else self.to}')


@dataclass(frozen=True)
class Summary:
    """What was written.

    Attributes:
        out: Where.
        videos: Number of videos.
        frames: Number of their frames.
        tracks: Number of objects; ignore rows are none.
        masks: Number of masks, those of ignore rows too.
        boxes: Number of boxes without a mask.
        lost: What could not be kept, by what it is, with how many.
    """

    out: Path
    videos: int
    frames: int
    tracks: int
    masks: int
    boxes: int
    lost: Mapping[str, int]

    def __str__(self) -> str:
        lost = '; '.join(f'{times} {what}' for what, times in self.lost.items()) or 'nothing'
        boxes = f', {self.boxes} boxes without masks' if self.boxes else ''
        return (f'{self.out}: {self.videos} videos, {self.frames} frames, {self.tracks} tracks, {self.masks} masks'
                f'{boxes}\nnot kept: {lost}')


def convert(request: Request) -> Summary:
    """Read, make fit, write; the output appears when it is complete, and nothing changes where anything is refused.

    Raises:
        ValueError: What is asked for cannot be, or the output is there already.
        FormatError: The source is broken, or holds what the target cannot; it lists all of it.
        FileNotFoundError: There is no such source.
    """
    inputs = (request.source, request.ground_truth, request.seqmap, request.split, request.img_prefix)
    out = check_out(request.out, [path for path in inputs if path is not None], request.overwrite)
    target = TARGETS[request.to]
    video_set, lost = _fitted(_read(request), request, target)
    with replaced(out) as path:
        try:
            _write(video_set, path, request, target)
        except FormatError as error:
            raise FormatError(str(request.out), error.problems) from None
    return _summary(Path(request.out), video_set, {what: times for what, times in lost.items() if times})


def _read(request: Request) -> VideoSet:
    origin, truth = request.origin, request.ground_truth
    if truth is None:
        origin = tell_format(request.source) if origin == 'auto' else origin
        if request.results and origin != 'frames':
            raise ValueError(f'results of the format {origin} do not stand alone; name their ground truth')
        return read_source(request.source, origin, request.seqmap, request.split, request.classes, request.img_prefix)
    if origin == 'auto':
        # Result files of YouTube-VIS or COCO do not tell what they are, their ground truth does.
        origin = 'frames' if _is_frame_json(request.source) else tell_format(truth)
    if origin not in formats.FORMATS:
        raise ValueError(f'the format {origin} has no results')
    known = read_source(truth, tell_format(truth) if origin == 'frames' else origin, request.seqmap, request.split,
                        img_prefix=request.img_prefix)
    options = {}
    if request.seqmap is not None and formats.FORMATS[origin].sequence_names is not None:
        options['sequences'] = read_seqmap(request.seqmap)
    return formats.FORMATS[origin].read_results(request.source, known, **options)


def _is_frame_json(path: str | Path) -> bool:
    try:
        return tell_format(path) == 'frames'
    except FormatError:
        return False


def _fitted(video_set: VideoSet, request: Request, target: Target) -> tuple[VideoSet, Counter[str]]:
    problems, lost = Problems(request.source), Counter()
    if not video_set.videos:
        problems.add('videos', 'there are none')
    video_set = fit_classes(video_set, target, request.classes, request.class_map, problems, lost)
    problems.check()
    videos = video_set.videos if request.windows is None else request.windows.cut(video_set.videos, problems, lost)
    fit = Fit(target, request.results, request.overlaps == 'by_score', request.drop, video_set.category_ids)
    videos = tuple(fit.apply(tracks, problems, lost) for tracks in
                   progress(videos, len(videos), f'converting {request.source}'))
    for video in (tracks.video for tracks in videos) if target.forgets_length else ():
        if video.name.split() != [video.name]:
            problems.add(f'video {video.name}', 'the name must hold no blank, as the sequence map has it')
    problems.check()
    videos = number_videos(videos, lost) if target.numbers_videos else videos
    return VideoSet(video_set.classes, videos, video_set.category_ids), lost


def _write(video_set: VideoSet, path: Path, request: Request, target: Target) -> None:
    if request.results:
        target.write_results(video_set, path)
        return
    target.write(video_set, path)
    if target.forgets_length:
        write_seqmap(video_set, path / SEQMAP, FIRST_FRAMES[request.to])


def _summary(out: Path, video_set: VideoSet, lost: Mapping[str, int]) -> Summary:
    videos = video_set.videos
    masks = sum(mask is not None for tracks in videos for mask in tracks.masks)
    return Summary(out, len(videos), sum(tracks.video.length for tracks in videos),
                   sum(len(tracks.select(~tracks.ignore).track_ids) for tracks in videos), masks,
                   sum(map(len, videos)) - masks, lost)
