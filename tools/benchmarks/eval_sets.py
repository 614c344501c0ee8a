"""Made-up ground truth and results to measure evaluation with: as large as the benchmarks', the same every time."""

import hashlib
import os
import shutil
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

import cv2
import numpy as np

from mmvist.io import mot, mots, ytvis
from mmvist.io.progress import progress
from mmvist.structures import Video, VideoSet, VideoTracks, rle

KITTI = {'0000': 154, '0001': 447, '0002': 233, '0003': 144, '0004': 314, '0005': 297, '0006': 270, '0007': 800,
         '0008': 390, '0009': 803, '0010': 294, '0011': 373, '0012': 78, '0013': 340, '0014': 106, '0015': 376,
         '0016': 209, '0017': 145, '0018': 339, '0019': 1059, '0020': 837}
STREET, CLIP, FULL_HD = (375, 1242), (360, 640), (1080, 1920)  # height, width
NUM_CLASSES = 40
NUM_POINTS = 48  # of an outline
TRACK_LENGTH = 60  # frames of a track in a street, on average
SPLIT = 'youtube_vis_val'  # a folder's name that TrackEval asks for


@dataclass(frozen=True)
class Sizes:
    """How large the sets are.

    Attributes:
        mots: Frames of each sequence of KITTI MOTS.
        png: Those of them that are also written as images.
        clips: Videos of YouTube-VIS.
        streets: Videos of boxes.
        street_length: Frames of each.
        short: Frames of the short one of two sequences.
        repeats: How many times as long the long one is.
    """

    mots: Mapping[str, int]
    png: tuple[str, ...]
    clips: int
    streets: int
    street_length: int
    short: int
    repeats: int


FULL = Sizes(KITTI, ('0012', '0014', '0017'), 302, 11, 180, 2000, 10)
SMALL = Sizes({'0000': 30, '0001': 20}, ('0001',), 5, 2, 30, 30, 2)


@dataclass(frozen=True, eq=False)
class Thing:
    """Something that moves.

    Attributes:
        id: Its id.
        label: Index into the classes; -1 for what is to be ignored.
        start: Its first frame.
        outlines: (T, 48, 2) float64, its border in T frames, xy in pixels.
        score: Of a result.
    """

    id: int
    label: int
    start: int
    outlines: np.ndarray
    score: float = 1.0

    def part(self, first: int, last: int) -> 'Thing':
        """What there is of it in some of its frames."""
        return replace(self, start=self.start + first, outlines=self.outlines[first:last])

    def seen(self, generator: np.random.Generator) -> 'Thing':
        """It as something finds it: a little aside, with an uneven border."""
        extent = np.ptp(self.outlines, axis=1, keepdims=True)
        return replace(self, outlines=self.outlines + generator.normal(0, 0.05, (len(extent), 1, 2)) * extent
                       + generator.normal(0, 0.02, self.outlines.shape) * extent)


def make_set(name: str, folder: str | Path, sizes: Sizes = FULL) -> Path:
    """Make a set unless it is there already.

    Args:
        name: Of `SETS`, or a part of one: `long/short`.
        folder: Where the sets are.
        sizes: How large to make it.

    Returns:
        Its folder, complete in any case.
    """
    version = hashlib.sha256(Path(__file__).read_bytes() + repr(sizes).encode()).hexdigest()[:12]
    root = Path(folder) / f'eval-{version}'
    whole = name.split('/')[0]
    if not (root / whole).exists():
        temporary = root / f'.{whole}.{os.getpid()}.tmp'
        try:
            SETS[whole](temporary, sizes)
            os.replace(temporary, root / whole)
        finally:
            shutil.rmtree(temporary, ignore_errors=True)
    return root / name


def _make_mots(folder: Path, sizes: Sizes) -> None:
    _write_streets(folder, sizes.mots, mots.write_txt)


def _make_png(folder: Path, sizes: Sizes) -> None:
    _write_streets(folder, {name: sizes.mots[name] for name in sizes.png}, mots.write_png)


def _make_long(folder: Path, sizes: Sizes) -> None:
    """A sequence, and one in which it comes again and again with other tracks."""
    things, found = _street(np.random.default_rng(0), sizes.short, *STREET, num_labels=2)
    length = sizes.short * sizes.repeats
    videos = [Video('0000', '0000', *STREET, frames) for frames in (sizes.short, length)]
    short = [_masks(videos[0], objects) for objects in (things, found)]
    long = [_repeated(tracks, videos[1]) for tracks in short]
    for name, pair in (('short', short), ('long', long)):
        _write_mots(folder / name, *((tracks,) for tracks in pair), mots.write_txt)


def _make_ytvis(folder: Path, sizes: Sizes) -> None:
    """Ten results a video, of which few find something, as detectors leave them."""
    pairs = []
    for index in progress(range(sizes.clips), sizes.clips, 'making YouTube-VIS'):
        generator = np.random.default_rng([2, index])
        length = int(generator.integers(20, 37))
        name = f'{index:010x}'
        video = Video(index + 1, name, *CLIP, length, tuple(f'{name}/{5 * frame:05d}.jpg' for frame in range(length)))
        things = [_thing(generator, number, int(generator.integers(NUM_CLASSES)), length, *CLIP, (60, 300))
                  for number in range(int(generator.choice([1, 2, 3], p=[0.4, 0.3, 0.3])))]
        results = _clip_results(generator, things, length)
        pairs.append(tuple(_masks(video, objects, apart=False) for objects in (things, results)))
    truth, found = (VideoSet(tuple(f'class_{number:02d}' for number in range(NUM_CLASSES)), videos,
                             tuple(range(1, NUM_CLASSES + 1))) for videos in zip(*pairs, strict=True))
    ytvis.write(truth, folder / 'gt' / SPLIT / 'gt.json')
    ytvis.write_results(found, folder / 'results' / SPLIT / 'ours' / 'data' / 'results.json')


def _make_mot(folder: Path, sizes: Sizes) -> None:
    pairs = []
    for index in range(sizes.streets):
        video = Video(f'{index:02d}', f'{index:02d}', *FULL_HD, sizes.street_length)
        objects = _street(np.random.default_rng([3, index]), video.length, *FULL_HD, num_labels=1, density=12)
        pairs.append(tuple(_boxes(video, [thing for thing in things if thing.label >= 0]) for things in objects))
    for videos, write, name in zip(zip(*pairs, strict=True), (mot.write, mot.write_results), ('gt', 'results'),
                                   strict=True):
        write(VideoSet(('pedestrian',), videos, (1,)), folder / name)


SETS = {'mots': _make_mots, 'mots_png': _make_png, 'long': _make_long, 'ytvis': _make_ytvis, 'mot': _make_mot}


def _write_streets(folder: Path, lengths: Mapping[str, int], write: Callable[..., None]) -> None:
    pairs = []
    for name, length in progress(lengths.items(), len(lengths), 'making KITTI MOTS'):
        things, found = _street(np.random.default_rng([1, int(name)]), length, *STREET, num_labels=2)
        video = Video(name, name, *STREET, length)
        pairs.append((_masks(video, things), _masks(video, found)))
    _write_mots(folder, *zip(*pairs, strict=True), write)


def _write_mots(folder: Path, truth: Sequence[VideoTracks], found: Sequence[VideoTracks], write: Callable[..., None]
                ) -> None:
    benchmark = mots.KITTI_MOTS
    sets = [VideoSet(benchmark.classes, tuple(videos), benchmark.category_ids) for videos in (truth, found)]
    write(sets[0], folder / 'gt' / 'label_02')
    mots.write_txt(sets[1], folder / 'results' / 'ours' / 'data')
    mots.write_seqmap(sets[0], folder / 'seqmap')


def _street(generator: np.random.Generator, length: int, height: int, width: int, num_labels: int, density: float = 4.6
            ) -> tuple[list[Thing], list[Thing]]:
    """Objects that come and go, `density` of them in a frame, with regions to be ignored; and results for them."""
    things = []
    for number in range(round(density * (length + TRACK_LENGTH) / TRACK_LENGTH)):
        whole = _thing(generator, 1000 * (1 + number % num_labels) + number, number % num_labels,
                       int(generator.integers(TRACK_LENGTH // 2, TRACK_LENGTH * 3 // 2)), height, width,
                       (24, 180) if number % num_labels == 0 else (16, 60))
        things.append(_within(whole, int(generator.integers(-TRACK_LENGTH // 2, length)), length))
    results = [thing for object_ in things for thing in _found(generator, object_)]
    for number in range(len(things) // 10):
        whole = _thing(generator, 0, number % num_labels, TRACK_LENGTH // 2, height, width, (24, 90))
        results.append(_within(whole, int(generator.integers(length)), length))
    for _ in range(len(things) // 14):
        region = _within(_thing(generator, 10000, -1, TRACK_LENGTH, height, width, (40, 160)),
                         int(generator.integers(-TRACK_LENGTH // 2, length)), length)
        things.append(region)
        results.append(replace(region.seen(generator), label=0))
    return things, [replace(thing, id=number) for number, thing in enumerate(results)]


def _thing(generator: np.random.Generator, id_: int, label: int, length: int, height: int, width: int,
           sides: tuple[float, float]) -> Thing:
    """Something of a lobed outline that moves straight on while its lobes turn."""
    side = np.exp(generator.uniform(*np.log(sides)))
    size = side * np.array([1, 0.6 if label % 2 == 0 else 2.2])
    time, angle = np.arange(length)[:, None], np.linspace(0, 2 * np.pi, NUM_POINTS, endpoint=False)
    orders = np.arange(2, 7)[:, None, None]
    phases = generator.uniform(0, 2 * np.pi, orders.shape) + generator.normal(0, 0.1, orders.shape) * time
    radius = 1 + (0.3 / orders * np.cos(orders * angle + phases)).sum(axis=0)
    circle = np.stack([np.cos(angle), np.sin(angle)], axis=-1) * radius[..., None]
    centre = generator.uniform((0.1 * width, 0.4 * height), (0.9 * width, 0.7 * height))
    path = centre + time * generator.normal(0, (4, 0.5)) * side / 60
    return Thing(id_, label, 0, path[:, None] + circle * size / 2)


def _within(thing: Thing, start: int, length: int) -> Thing:
    """It at another time, cut to the frames of a video."""
    return replace(thing.part(max(-start, 0), max(length - start, 0)), start=max(start, 0))


def _found(generator: np.random.Generator, thing: Thing) -> Iterator[Thing]:
    """Results for an object: up to three tracks with gaps between, each missing frames at its ends."""
    length = len(thing.outlines)
    cuts = np.sort(generator.integers(0, length + 1, int(generator.integers(3))))
    for first, last in zip([0, *cuts], [*cuts, length], strict=True):
        first, last = first + generator.integers(4), last - generator.integers(4)
        if last > first:
            yield thing.part(first, last).seen(generator)


def _clip_results(generator: np.random.Generator, things: Sequence[Thing], length: int) -> list[Thing]:
    """For every object a good track and a worse one, of the right class or not; false alarms before and after."""
    results = []
    for thing in things:
        for score in (0.6, 0.2):
            label = thing.label if generator.random() < 0.8 else int(generator.integers(NUM_CLASSES))
            first = int(generator.integers(length // 3))
            results.append(replace(thing.part(first, length).seen(generator), label=label,
                                   score=score + generator.uniform(0, 0.4)))
    alarms = [_thing(generator, 0, int(generator.integers(NUM_CLASSES)), length, *CLIP, (30, 90))
              for _ in range(10 - len(results))]
    alarms = [replace(thing, score=generator.uniform(0, 0.5)) for thing in alarms]
    # The first result of all must find nothing: TrackEval would let its object be found again.
    return [replace(thing, id=number) for number, thing in enumerate([*alarms[:1], *results, *alarms[1:]])]


def _masks(video: Video, things: Sequence[Thing], apart: bool = True) -> VideoTracks:
    """Draw the things; when they are to be apart, what reaches further down hides the others."""
    frames: list[list[tuple[Thing, np.ndarray]]] = [[] for _ in range(video.length)]
    for thing in things:
        for frame, outline in enumerate(np.round(thing.outlines).astype(np.int32), thing.start):
            frames[frame].append((thing, outline))
    rows = []
    for frame, present in enumerate(frames):
        for layer in [sorted(present, key=lambda drawn: drawn[1][:, 1].max())] if apart else [[one] for one in present]:
            rows += _draw(video, frame, layer)
    return VideoTracks.from_rows(video, rows)


def _draw(video: Video, frame: int, drawn: Sequence[tuple[Thing, np.ndarray]]) -> Iterator[tuple]:
    image = np.zeros((video.height, video.width), np.uint8)
    for value, (_, outline) in enumerate(drawn, 1):
        cv2.fillPoly(image, [outline], value)
    size = np.array([video.width, video.height])
    for value, (thing, outline) in enumerate(drawn, 1):
        (left, top), (right, bottom) = outline.min(axis=0).clip(0, size), (outline.max(axis=0) + 1).clip(0, size)
        crop = image[top:bottom, left:right] == value
        if crop.any():
            mask = rle.encode_crop(crop, top, left, video.height, video.width)
            yield frame, thing.id, thing.label, thing.score, (left, top, right, bottom), mask, thing.label < 0


def _boxes(video: Video, things: Sequence[Thing]) -> VideoTracks:
    rows = []
    for thing in things:
        boxes = np.concatenate([thing.outlines.min(axis=1), thing.outlines.max(axis=1)], axis=1).round(2)
        rows += [(frame, thing.id, thing.label, thing.score, box, None, False)
                 for frame, box in enumerate(boxes, thing.start)]
    return VideoTracks.from_rows(video, rows)


def _repeated(tracks: VideoTracks, video: Video) -> VideoTracks:
    """Tracks again and again with new ids, until a longer video ends."""
    times = video.length // tracks.video.length
    count = np.repeat(np.arange(times), len(tracks))
    step = int(tracks.ids.max()) + 1
    ids = np.tile(tracks.ids, times)
    columns = {name: np.tile(getattr(tracks, name), times) for name in ('labels', 'scores', 'ignore')}
    return VideoTracks(video, np.tile(tracks.frames, times) + count * tracks.video.length, ids + count * step,
                       bboxes=np.tile(tracks.bboxes, (times, 1)), masks=tracks.masks * times, **columns)
