"""DAVIS's label images: reading."""

from collections.abc import Mapping
from dataclasses import replace
from itertools import chain
from pathlib import Path

import numpy as np

from mmvist.io.davis.layout import existing, frame_images, image_folder, images_of, label_images, video_folders
from mmvist.io.davis.palette import VOID, numbers_of_colours
from mmvist.io.label_png import NUM_CHANNELS, LabelImage, read_labels
from mmvist.io.png_header import GREY, RGB, RGBA
from mmvist.io.problems import FormatError, Problems
from mmvist.io.progress import progress
from mmvist.io.sequences import result_ends, wanted_ends
from mmvist.structures import Video, VideoSet, VideoTracks, rle

CLASSES = ('object',)
CATEGORY_IDS = (1,)


def read(path: str | Path, sequences: Mapping[str, tuple[int, int] | None] | None = None,
         images: str | Path | None = None) -> VideoSet:
    """Read ground truth: `VIDEO/00000.png` and on, palette, grey (8 bits), or RGB in the colours of the palette.

    The name of an image is the number of its frame, counted from 0. Frames may be left out; they have no objects. All
    objects are of the class 'object'. Void pixels, value 255, become `ignore` rows with the label -1. A video ends with
    its last image where images are known, and with its last label image elsewhere. Its `file_names` are set where every
    frame has an image.

    Args:
        path: The root of a data set, with folders `Annotations` and `JPEGImages`; a folder of folders of label images,
            or of a resolution (480p, Full-Resolution) that has such; or a folder of one video's label images.
        sequences: The videos wanted, with the number of the first and of the last frame, or `None` for a whole one.
            Frame 0 is then the first of these, and the other frames are left out. Without it all are read.
        images: Folder of folders of images, or of the images of a single video; that of the data set where its root is
            given.

    Raises:
        FileNotFoundError: There is no such folder.
        FormatError: A wanted video is not there or has no label image, names are no numbers, frames lie outside the
            video, images are cut short, of another kind or another size, or hold unknown colours; or a video's images
            are grey and of 0 and 255 alone, as DAVIS 2016 masks its one object, which here would be void. It lists all
            of them.
    """
    path = existing(path)
    images = image_folder(path) if images is None else existing(images)
    problems = Problems(path)
    found = video_folders(path)
    wanted: dict[str, dict[int, Path]] = {}
    videos = {}
    for name, ends in (dict.fromkeys(found) if sequences is None else sequences).items():
        if name not in found:
            problems.add(f'video {name}', 'there is no folder of this name')
            continue
        files = label_images(found[name], name, problems)
        if not files:
            problems.add(f'video {name}', 'holds no image *.png')
        pictures = {} if images is None else frame_images(images_of(images, name, len(found) == 1),
                                                          f'images of {name}', problems)
        if images is not None and not pictures:
            problems.add(f'video {name}', f'there is no image of it in {images}')
        last = max(pictures or files, default=0)
        for frame in files:
            if frame > last:
                problems.add(f'{name}/{files[frame].name}', f'lies outside the video, whose images end with {last}')
        first, last = wanted_ends(name, ends, 0, last, problems)
        wanted[name] = {frame - first: file for frame, file in files.items() if first <= frame <= last}
        numbers = range(first, last + 1)
        complete = all(number in pictures for number in numbers)
        videos[name] = Video(name, name, 0, 0, len(numbers),
                             tuple(f'{name}/{pictures[number].name}' for number in numbers) if complete else ())
    contents = _contents(wanted, path)
    result = [_tracks(video, wanted[name], contents, True, problems) for name, video in videos.items()]
    for tracks in result:
        _check_grey(tracks.video.name, [contents[file] for file in wanted[tracks.video.name].values()], problems)
    problems.check()
    return VideoSet(CLASSES, tuple(result), CATEGORY_IDS)


def read_results(path: str | Path, ground_truth: VideoSet,
                 sequences: Mapping[str, tuple[int, int] | None] | None = None) -> VideoSet:
    """Read results, in any form of the ground truth; scores are 1, and void pixels are no object.

    Folders of other videos are left alone; a video without a folder has no tracks.

    Args:
        path: As for `read`.
        ground_truth: Names the videos, their lengths and sizes, and the one class there is.
        sequences: The ends that the ground truth was read with, if it was: frames are counted from the same one, and
            those outside are left out.

    Raises:
        FileNotFoundError: There is no such folder.
        FormatError: There are several classes, no folder is called like a video, ends do not fit a video, or images are
            not as `read` wants them, or do not fit the ground truth. It lists all of them.
    """
    path = existing(path)
    problems = Problems(path)
    if len(ground_truth.classes) != 1:
        problems.add('classes', f'results have no classes, the ground truth has {list(ground_truth.classes)}')
        problems.check()
    found = video_folders(path)
    videos = {tracks.video.name: tracks.video for tracks in ground_truth.videos}
    if videos and not set(found) & set(videos):
        raise FormatError(str(path), (f'folder: holds no folder of a video, it has {sorted(found)[:3]}, the videos are '
                                      f'{sorted(videos)[:3]}',))
    files = {name: label_images(found[name], name, problems) if name in found else {} for name in videos}
    for name, frames in files.items():
        first, last, limit = result_ends(videos[name], sequences, 0, problems)
        for number, file in frames.items():
            if number > limit:
                problems.add(f'{name}/{file.name}', f'lies outside the video, whose frames are {first}..{last}')
        files[name] = {number - first: file for number, file in frames.items() if first <= number <= last}
    contents = _contents(files, path)
    result = [_tracks(video, files[name], contents, False, problems) for name, video in videos.items()]
    problems.check()
    return VideoSet(ground_truth.classes, tuple(tracks.select(~tracks.ignore) for tracks in result),
                    ground_truth.category_ids)


def _contents(files: Mapping[str, Mapping[int, Path]], path: Path) -> dict[Path, LabelImage | str]:
    """The numbers that are in each file, or what is wrong with it."""
    every = list(chain.from_iterable(frames.values() for frames in files.values()))
    contents = map(_numbered, read_labels(every))
    return dict(zip(every, progress(contents, len(every), f'reading {path}'), strict=True))


def _numbered(image: LabelImage | str) -> LabelImage | str:
    if isinstance(image, str):
        return image
    if image.colour == RGBA or (image.colour == GREY and image.depth != 8):
        return ('must be a palette, grey (8 bits) or RGB image, got '
                f'{NUM_CHANNELS[image.colour]} x {image.depth} bits a pixel')
    if image.colour != RGB:
        return image
    numbers = numbers_of_colours()
    stranger = min(image.masks.keys() - numbers.keys(), default=None)
    if stranger is not None:
        column, row = divmod(int(rle.run_lengths(image.masks[stranger])[0]), image.size[0])
        return (f'colour {tuple(stranger.to_bytes(3, "big"))} in row {row}, column {column} is none of the DAVIS '
                'palette')
    return replace(image, masks=dict(sorted((numbers[colour], mask) for colour, mask in image.masks.items())))


def _tracks(video: Video, files: Mapping[int, Path], contents: Mapping[Path, LabelImage | str], of_any_size: bool,
            problems: Problems) -> VideoTracks:
    """Join the label images of a video, given by rising frame; the first one sets its size if that is open."""
    size = (video.height, video.width)
    if of_any_size:
        size = next((contents[file].size for file in files.values() if not isinstance(contents[file], str)), (0, 0))
    frames, ids, masks = [], [], []
    for frame, file in files.items():
        content = contents[file]
        place = f'{video.name}/{file.name}'
        if isinstance(content, str):
            problems.add(place, content)
        elif content.size != size:
            problems.add(place, f'size is {content.size}, the video\'s is {size} (height, width)')
        else:
            frames += [frame] * len(content.masks)
            ids += content.masks
            masks += content.masks.values()
    ids = np.array(ids, np.int64)
    video = Video(video.id, video.name, *size, video.length, video.file_names, video.fps)
    return VideoTracks(video, np.array(frames, np.int64), ids, np.where(ids == VOID, -1, 0),
                       np.ones(len(ids), np.float32), rle.bboxes(masks, *size).astype(np.float64), tuple(masks),
                       ids == VOID)


def _check_grey(name: str, contents: list[LabelImage | str], problems: Problems) -> None:
    contents = [content for content in contents if not isinstance(content, str)]
    values = set().union(*(content.masks for content in contents))
    if values == {VOID} and all(content.colour == GREY for content in contents):
        problems.add(f'video {name}', 'its images are grey, 0 and 255 alone, so that all would be void; write the '
                                      'objects as 1, 2, ...')
