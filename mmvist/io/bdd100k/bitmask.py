"""BDD100K's bitmasks: an RGBA PNG a frame, a pixel is (class, attributes, high, low byte of the instance). Reading."""

from collections.abc import Mapping
from pathlib import Path

import numpy as np

from mmvist.io.bdd100k.classes import CATEGORY_IDS, CLASSES
from mmvist.io.bdd100k.listing import file_name, frame_names, number_of, stem, wanted_part
from mmvist.io.label_png import NUM_CHANNELS, LabelImage, read_labels
from mmvist.io.png_header import RGBA
from mmvist.io.problems import Problems
from mmvist.io.progress import progress
from mmvist.structures import Video, VideoSet, VideoTracks, rle

# Bits of the attributes: https://doc.bdd100k.com/format.html
IGNORED, CROWD, OCCLUDED, TRUNCATED = 1, 2, 4, 8
ALL_ATTRIBUTES = IGNORED | CROWD | OCCLUDED | TRUNCATED
# More than any street holds; a picture with more is a photograph.
MAX_INSTANCES = 2000


def video_folders(folder: Path) -> list[Path]:
    """The folders of the videos, by name."""
    return sorted(path for path in folder.iterdir() if path.is_dir() and path.name[0] != '.')


def read_bitmasks(folder: Path, sequences: Mapping[str, tuple[int, int] | None] | None) -> VideoSet:
    """Read ground truth; see `mmvist.io.bdd100k.read`."""
    problems = Problems(folder)
    names = [path.name for path in video_folders(folder)] if sequences is None else list(sequences)
    files = {}
    for name in names:
        numbered = _numbered_files(folder / name, problems)
        numbers = sorted(numbered)
        if sequences is not None:
            numbers = numbers[wanted_part(name, numbers, sequences[name], problems)]
        files[name] = [numbered[number] for number in numbers]
    contents = _read_all(folder, [file for images in files.values() for file in images])
    videos = []
    for name, images in files.items():
        size = next((contents[file].size for file in images if not isinstance(contents[file], str)), (0, 0))
        video = Video(name, name, *size, len(images), tuple(file_name(name, f'{file.stem}.jpg') for file in images))
        videos.append(_tracks(video, {frame: (file, contents[file]) for frame, file in enumerate(images)}, CLASSES,
                              problems))
    problems.check()
    return VideoSet(CLASSES, tuple(videos), CATEGORY_IDS)


def read_bitmask_results(folder: Path, ground_truth: VideoSet,
                         sequences: Mapping[str, tuple[int, int] | None] | None) -> VideoSet:
    """Read results; see `mmvist.io.bdd100k.read_results`."""
    problems = Problems(folder)
    videos = {tracks.video.name: tracks.video for tracks in ground_truth.videos}
    files: dict[str, dict[int, Path]] = {name: {} for name in videos}
    for path in video_folders(folder):
        if path.name not in videos:
            problems.add(path.name, 'unknown video, it is not in the ground truth')
            continue
        ends = None if sequences is None else sequences.get(path.name)
        names = frame_names(videos[path.name], 1 if ends is None else ends[0])
        positions = {stem(name): frame for frame, name in enumerate(names)}
        for file in _images(path):
            number = number_of(file.stem)
            if file.stem in positions:
                files[path.name][positions[file.stem]] = file
            elif ends is None or number is None or ends[0] <= number <= ends[1]:
                problems.add(_place(file), 'is no frame of the ground truth')
    contents = _read_all(folder, [file for images in files.values() for file in images.values()])
    result = []
    for name, images in files.items():
        found = {frame: (file, contents[file]) for frame, file in sorted(images.items())}
        tracks = _tracks(videos[name], found, ground_truth.classes, problems)
        result.append(tracks.select(~tracks.ignore))
    problems.check()
    return VideoSet(ground_truth.classes, tuple(result), ground_truth.category_ids)


def _images(folder: Path) -> list[Path]:
    return sorted(file for file in folder.glob('*.png') if file.name[0] != '.')


def _place(file: Path) -> str:
    return f'{file.parent.name}/{file.name}'


def _numbered_files(folder: Path, problems: Problems) -> dict[int, Path]:
    """Images of a video by the number their names end with."""
    files: dict[int, Path] = {}
    for file in _images(folder):
        number = number_of(file.stem)
        if number is None or number in files:
            problems.add(_place(file), 'the name must end with the number of a frame' if number is None else
                         f'has the number of {files[number].name}')
        else:
            files[number] = file
    if not files:
        fault = 'holds no image *.png' if folder.is_dir() else 'there is no such folder'
        problems.add(f'sequence {folder.name}', fault)
    return files


def _read_all(folder: Path, files: list[Path]) -> dict[Path, LabelImage | str]:
    contents = map(_checked, read_labels(files))
    return dict(zip(files, progress(contents, len(files), f'reading {folder}'), strict=True))


def _checked(image: LabelImage | str) -> LabelImage | str:
    """The image if it can be a bitmask, or what is wrong with it."""
    if isinstance(image, str):
        return image
    if image.colour != RGBA:
        return f'must have four channels of 8 bits, got {NUM_CHANNELS[image.colour]} of {image.depth}'
    if len(image.masks) > MAX_INSTANCES:
        return f'is no bitmask, it has {len(image.masks)} different pixels'
    return image


def _tracks(video: Video, frames: Mapping[int, tuple[Path, LabelImage | str]], classes: tuple[str, ...],
            problems: Problems) -> VideoTracks:
    """Join the images of a video, given by rising frame."""
    labels = {number: classes.index(name) for number, name in zip(CATEGORY_IDS, CLASSES, strict=True)
              if name in classes}
    size, columns, masks = (video.height, video.width), [], []
    for frame, (file, content) in frames.items():
        if isinstance(content, str) or content.size != size:
            problems.add(_place(file), content if isinstance(content, str) else
                         f'size is {content.size}, the video\'s is {size} (height, width)')
            continue
        values = np.array(list(content.masks), np.int64)
        category, attributes, ids = values >> 24, values >> 16 & 255, values & 65535
        fault = _fault(category, attributes, ids, labels)
        if fault is not None:
            problems.add(_place(file), fault)
            continue
        order = np.argsort(ids)
        instances = np.stack([np.full(len(ids), frame), ids, [labels.get(number, -1) for number in category.tolist()],
                              (attributes & (IGNORED | CROWD)) > 0])
        columns.append(instances[:, order])
        of_value = list(content.masks.values())
        masks += [of_value[index] for index in order.tolist()]
    rows, ids, label, is_ignored = np.concatenate([np.zeros((4, 0), np.int64), *columns], axis=1).astype(np.int64)
    return VideoTracks(video, rows, ids, label, np.ones(len(rows), np.float32),
                       rle.bboxes(masks, video.height, video.width).astype(np.float64), tuple(masks),
                       is_ignored.astype(bool))


def _fault(category: np.ndarray, attributes: np.ndarray, ids: np.ndarray, labels: Mapping[int, int]) -> str | None:
    """What is wrong with the (N,) instances of an image, if anything."""
    # Class 0 marks a region that is ignored whatever its class; the official tools write such blanks.
    unknown = [number for number, bits in zip(category.tolist(), attributes.tolist(), strict=True)
               if number not in labels and not (number == 0 and bits & (IGNORED | CROWD))]
    if unknown:
        return f'unknown classes {sorted(set(unknown))} in red, known are {sorted(labels)}'
    if (attributes > ALL_ATTRIBUTES).any():
        return f'unknown attributes {attributes.max()} in green, known bits are 1 to 8'
    if (ids == 0).any():
        return 'pixels have a class in red, but instance 0 in blue and alpha'
    known, times = np.unique(ids, return_counts=True)
    if len(known) < len(ids):
        return f'instances {known[times > 1].tolist()} have several classes or attributes'
    return None
