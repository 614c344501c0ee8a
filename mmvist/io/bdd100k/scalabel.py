"""BDD100K's JSON labels, in Scalabel's format: reading."""

from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path

from mmvist.io.bdd100k.classes import CATEGORY_IDS, CLASSES, category_table
from mmvist.io.bdd100k.labels import read_labels
from mmvist.io.bdd100k.listing import (
    ListedFrame,
    file_name,
    frame_names,
    in_order,
    is_size,
    read_listing,
    stem,
    wanted_part,
)
from mmvist.io.problems import Problems
from mmvist.io.progress import progress
from mmvist.structures import Video, VideoSet, VideoTracks

# Of every BDD100K video, (height, width); the released label files do not state it.
IMAGE_SIZE = (720, 1280)


def json_files(path: Path) -> list[Path]:
    """The label files of a folder, or the file itself."""
    return sorted(file for file in path.glob('*.json') if file.name[0] != '.') if path.is_dir() else [path]


def read_json_labels(path: Path, sequences: Mapping[str, tuple[int, int] | None] | None) -> VideoSet:
    """Read ground truth; see `mmvist.io.bdd100k.read`."""
    problems = Problems(path)
    found: dict[str, VideoTracks] = {}
    classes: tuple[str, ...] | None = None
    files = _wanted_files(path, sequences, problems)
    for file in progress(files, len(files), f'reading {path}'):
        listing = read_listing(file, problems)
        own = listing.classes or CLASSES
        if own != (classes or own):
            problems.add(file.name, f'its classes are {list(own)}, those of files before {list(classes)}')
            continue
        classes = own
        for name, frames in listing.videos.items():
            if sequences is not None and name not in sequences:
                continue
            if name in found:
                problems.add(file.name, f'video {name} is in a file before, too')
                continue
            frames = in_order(name, frames, problems)
            if sequences is not None:
                frames = frames[wanted_part(name, [frame.index for frame in frames], sequences[name], problems)]
            found[name] = _video(name, frames, own, problems)
    for name in sequences or ():
        if name not in found and (path.is_file() or path / f'{name}.json' in files):
            problems.add(f'sequence {name}', 'is not in the file')
    problems.check()
    videos = found.values() if sequences is None else (found[name] for name in sequences)
    classes = classes or CLASSES
    category_ids = CATEGORY_IDS if classes == CLASSES else tuple(range(1, len(classes) + 1))
    return VideoSet(classes, tuple(videos), category_ids)


def _wanted_files(path: Path, sequences: Iterable[str] | None, problems: Problems) -> list[Path]:
    files = json_files(path)
    if sequences is None or not path.is_dir():
        return files
    by_name = {file.stem: file for file in files}
    for name in sequences:
        if name not in by_name:
            problems.add(f'sequence {name}', f'there is no file {name}.json')
    return [by_name[name] for name in sequences if name in by_name]


def _video(name: str, frames: Sequence[ListedFrame], classes: tuple[str, ...], problems: Problems) -> VideoTracks:
    height, width = _image_size(frames, problems)
    video = Video(name, name, height, width, len(frames), tuple(file_name(name, frame.name) for frame in frames))
    return read_labels(video, list(enumerate(frames)), category_table(classes), problems, with_scores=False)


def _image_size(frames: Sequence[ListedFrame], problems: Problems) -> tuple[int, int]:
    """Size of a video: as its frames state it, else as its first mask does, else BDD100K's."""
    sizes = {frame.size: frame for frame in frames if frame.size is not None}
    if len(sizes) > 1:
        places = ', '.join(f'{size} in {frame.name}' for size, frame in sizes.items())
        problems.add(frames[0].place, f'frames of one video must have one size (height, width), got {places}')
    if sizes:
        return next(iter(sizes))
    for label in (label for frame in frames for label in frame.labels if isinstance(label, dict)):
        size = label['rle'].get('size') if isinstance(label.get('rle'), dict) else None
        if is_size(size):
            return size[0], size[1]
    return IMAGE_SIZE


def read_json_results(path: Path, ground_truth: VideoSet, sequences: Mapping[str, tuple[int, int] | None] | None
                      ) -> VideoSet:
    """Read results; see `mmvist.io.bdd100k.read_results`."""
    problems = Problems(path)
    videos = {tracks.video.name: tracks.video for tracks in ground_truth.videos}
    categories = category_table(ground_truth.classes)
    found: dict[str, VideoTracks] = {}
    files = json_files(path)
    for file in progress(files, len(files), f'reading {path}'):
        for name, frames in read_listing(file, problems).videos.items():
            if name not in videos:
                problems.add(file.name, f'unknown video {name!r}, it is not in the ground truth')
            elif name in found:
                problems.add(file.name, f'video {name} is in a file before, too')
            else:
                ends = None if sequences is None else sequences.get(name)
                numbered = _numbered(videos[name], frames, ends, problems)
                tracks = read_labels(videos[name], numbered, categories, problems, with_scores=True)
                # The official tools drop predictions that call themselves crowds or ignored.
                found[name] = tracks.select(~tracks.ignore)
    problems.check()
    result = tuple(found[name] if name in found else VideoTracks.from_rows(video, []) for name, video in videos.items())
    return VideoSet(ground_truth.classes, result, ground_truth.category_ids)


def _numbered(video: Video, frames: Sequence[ListedFrame], ends: tuple[int, int] | None, problems: Problems
              ) -> list[tuple[int, ListedFrame]]:
    """Frames of results with their numbers in the ground truth: by name, or by index where that has no names."""
    positions = {stem(name): number for number, name in enumerate(frame_names(video))}
    numbered: dict[int, ListedFrame] = {}
    first = 0 if ends is None else ends[0]
    for frame in frames:
        by_index = None if frame.index is None else frame.index - first
        number = positions.get(stem(frame.name)) if video.file_names else by_index
        size = (video.height, video.width)
        if number not in range(video.length):
            if ends is not None and by_index is not None and not 0 <= by_index <= ends[1] - first:
                continue
            problems.add(frame.place, f'is no frame of video {video.name} in the ground truth, which has '
                                      f'{video.length}')
        elif number in numbered:
            problems.add(frame.place, f'video {video.name} has this frame twice')
        elif frame.size not in (None, size):
            problems.add(frame.place, f'size is {frame.size}, the ground truth\'s is {size} (height, width)')
        else:
            numbered[number] = frame
    return sorted(numbered.items(), key=lambda item: item[0])
