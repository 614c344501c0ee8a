"""MOTS as images: a 16-bit PNG a frame, a pixel's value is class * 1000 + number of the instance."""

from collections.abc import Mapping
from pathlib import Path

import numpy as np

from mmvist.io.atomic import open_atomic
from mmvist.io.label_image import join_values
from mmvist.io.label_png import NUM_CHANNELS, LabelImage, encode_png, read_labels
from mmvist.io.mots.benchmark import (
    IGNORE_CLASS,
    IGNORE_ID,
    INSTANCES,
    KITTI_MOTS,
    MOTSBenchmark,
    length_of,
    writable_frames,
)
from mmvist.io.png_header import GREY
from mmvist.io.problems import Problems
from mmvist.io.progress import progress
from mmvist.io.sequences import MAX_LENGTH
from mmvist.structures import Video, VideoSet, VideoTracks, rle


def read_png(folder: str | Path, benchmark: MOTSBenchmark = KITTI_MOTS,
             sequences: Mapping[str, tuple[int, int] | None] | None = None) -> VideoSet:
    """Read `folder/NAME/FRAME.png` of all sequences; a frame without a file has no objects.

    A track's id is its whole value, as in the text files of the ground truth (car 5 has id 1005). Value 10000 makes
    `ignore` rows with the label -1: they belong to no class.

    Args:
        folder: Folder of the sequences' folders.
        benchmark: Which classes there are, and how frames are counted.
        sequences: The sequences wanted, with first and last frame, or `None` for one that ends with its last file;
            without it all are read. The first frame must be the benchmark's.

    Raises:
        FileNotFoundError: There is no such folder.
        FormatError: Sequences or images that are missing, no 16-bit PNG, of another size, outside the sequence, or with
            values of an unknown class, or sequences that begin with another frame than the benchmark's. It lists all
            of them.
    """
    folder = Path(folder)
    if not folder.is_dir():
        raise FileNotFoundError(f'{folder}: no such folder')
    problems = Problems(folder)
    if sequences is None:
        sequences = dict.fromkeys(sorted(path.name for path in folder.iterdir() if path.is_dir()))
    names = list(sequences)
    if not names:
        problems.add('folder', 'holds no folder of a sequence')
    files = {name: _files(folder / name, benchmark, None if sequences[name] is None else sequences[name][1], problems)
             for name in names}
    every = [file for frames in files.values() for file in frames.values()]
    images = dict(zip(every, progress(read_labels(every), len(every), f'reading {folder}'), strict=True))
    videos = []
    for name, frames in files.items():
        length = length_of(name, sequences[name], benchmark, problems)
        length = max(frames, default=-1) + 1 if length is None else length
        videos.append(_sequence(name, length, {frame: images[file] for frame, file in frames.items()}, benchmark,
                                problems))
    problems.check()
    return VideoSet(benchmark.classes, tuple(videos), benchmark.category_ids)


def _files(folder: Path, benchmark: MOTSBenchmark, last: int | None, problems: Problems) -> dict[int, Path]:
    frames = {}
    limit = MAX_LENGTH if last is None else last
    for file in sorted(folder.glob('*.png')) if folder.is_dir() else ():
        frame = int(file.stem) if file.stem.isascii() and file.stem.isdecimal() and len(file.stem) < 19 else -1
        number = frame - benchmark.first_frame
        if not benchmark.first_frame <= frame <= limit:
            problems.add(f'{folder.name}/{file.name}', 'the name must be the number of a frame, '
                                                       f'{benchmark.first_frame}..{limit}')
        elif number in frames:
            problems.add(f'{folder.name}/{file.name}', f'is the same frame as {frames[number].name}')
        else:
            frames[number] = file
    if not frames:
        problems.add(folder.name, 'holds no image *.png')
    return dict(sorted(frames.items()))


def _sequence(name: str, length: int, frames: Mapping[int, LabelImage | str], benchmark: MOTSBenchmark,
              problems: Problems) -> VideoTracks:
    labels = {category: label for label, category in enumerate(benchmark.category_ids)} | {IGNORE_CLASS: -1}
    size, rows, values, masks = None, [], [], []
    for frame, found in frames.items():
        fault = _fault(found, size, labels)
        if fault is not None:
            problems.add(f'sequence {name}, frame {frame + benchmark.first_frame}', fault)
            continue
        size = found.size
        rows += [frame] * len(found.masks)
        values += found.masks
        masks += found.masks.values()
    size = size or (0, 0)
    categories = [value // INSTANCES for value in values]
    return VideoTracks(Video(name, name, *size, length), np.array(rows, np.int64), np.array(values, np.int64),
                       np.array([labels[category] for category in categories], np.int64),
                       np.ones(len(rows), np.float32), rle.bboxes(masks, *size).astype(np.float64), tuple(masks),
                       np.array([category == IGNORE_CLASS for category in categories], bool))


def _fault(image: LabelImage | str, size: tuple[int, int] | None, labels: Mapping[int, int]) -> str | None:
    """What is wrong with an image, after others of a size, if anything."""
    if isinstance(image, str):
        return image
    if (image.colour, image.depth) != (GREY, 16):
        return f'must be one channel of 16 bits, got {NUM_CHANNELS[image.colour]} of {image.depth}'
    if size is not None and image.size != size:
        return f'size is {image.size}, frames before are {size} (height, width)'
    unknown = [value for value in image.masks if value // INSTANCES not in labels]
    return f'values of unknown classes: {unknown}' if unknown else None


def write_png(video_set: VideoSet, folder: str | Path, first_frame: int = 0) -> None:
    """Write `folder/NAME/FRAME.png` for every frame of every video.

    A pixel's value is the id where that already is class * 1000 + number; else ids must lie in 0..999 and the class is
    added. Ignore rows become the value 10000.

    Args:
        video_set: Its `category_ids` are the class numbers.
        folder: Made when missing.
        first_frame: Number of a video's first frame: 0 for KITTI MOTS, 1 for MOTSChallenge.

    Raises:
        FormatError: A row has no mask, masks of a frame overlap, or names, ids or class numbers do not fit the format.
    """
    videos = writable_frames(video_set, str(folder))
    problems = Problems(folder)
    values = [_values(tracks, video_set.category_ids, problems) for tracks, _ in videos]
    problems.check()
    total = sum(len(frames) for _, frames in videos)
    images = ((tracks, frame, value[rows], tracks.masks[rows])
              for (tracks, frames), value in zip(videos, values, strict=True) for frame, rows in enumerate(frames))
    for tracks, frame, value, masks in progress(images, total, f'writing {folder}'):
        image = join_values(value, masks, tracks.video.height, tracks.video.width)
        with open_atomic(Path(folder) / tracks.video.name / f'{frame + first_frame:06d}.png', 'wb') as file:
            file.write(encode_png(image))


def _values(tracks: VideoTracks, category_ids: tuple[int, ...], problems: Problems) -> np.ndarray:
    """Pixel value of every row, (R,) int64."""
    category = np.array([*category_ids, IGNORE_CLASS], np.int64)[np.where(tracks.ignore, -1, tracks.labels)]
    values = np.where(tracks.ids // INSTANCES == category, tracks.ids, category * INSTANCES + tracks.ids)
    values[tracks.ignore] = IGNORE_ID
    wrong = ((values // INSTANCES != category) | (values > np.iinfo(np.uint16).max)) & ~tracks.ignore
    for track in np.unique(tracks.ids[wrong]).tolist():
        problems.add(f'video {tracks.video.name}', f'id {track} must lie in 0..{INSTANCES - 1}, or be class * '
                                                   f'{INSTANCES} + number, and the class number be at most 64')
    pairs = np.unique(np.stack([values, tracks.ids])[:, ~tracks.ignore], axis=1)
    clashes = [value for value, times in zip(*np.unique(pairs[0], return_counts=True), strict=True) if times > 1]
    for value in clashes:
        problems.add(f'video {tracks.video.name}', f'several ids would have the value {value}')
    return values
