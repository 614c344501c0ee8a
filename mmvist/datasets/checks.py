"""What must hold before a dataset is used, found in seconds and told at once."""

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from mmvist.io.problems import Problems
from mmvist.io.progress import progress
from mmvist.structures import VideoSet, VideoTracks

MAX_NAMED = 10


@dataclass(frozen=True)
class Report:
    """What a check found.

    Attributes:
        problems: What keeps the dataset from being used.
        remarks: What is odd, but can be lived with.
    """

    problems: Problems
    remarks: tuple[str, ...]


def check_videos(video_set: VideoSet, source: str | Path, img_prefix: str | Path, classes: Sequence[str] | None = None,
                 training: bool = True, every_image: bool = False, missing_images: bool = False) -> Report:
    """Look for everything that would stop or quietly spoil a run.

    Args:
        video_set: The annotations.
        source: Where they were read from, for the report.
        img_prefix: Root of the images.
        classes: Classes that a config asks for; they must all be in the file.
        training: Whether tracks are needed, with masks.
        every_image: Look for all images in place of each video's first, middle and last.
        missing_images: A missing image is a remark only.
    """
    problems, remarks = Problems(source), []
    if classes is not None:
        unknown = [name for name in classes if name not in video_set.classes]
        twice = sorted({name for name in classes if list(classes).count(name) > 1})
        if unknown:
            problems.add('classes', f'{unknown} are not in the file; it has {list(video_set.classes)}')
        if twice:
            problems.add('classes', f'{twice} are asked for twice')
    if not video_set.videos:
        problems.add('videos', 'there are none')
    for tracks in progress(video_set.videos, len(video_set.videos), f'checking images of {source}'):
        missing = _missing_images(tracks, Path(img_prefix), every_image)
        place = f'video {tracks.video.name}'
        if missing and missing_images:
            remarks.append(f'{place}: no image {_listed(missing)}')
        elif missing:
            problems.add(place, f'no image {_listed(missing)}')
        if tracks.video.length and not tracks.video.file_names:
            problems.add(place, 'the images of its frames are not named')
    remarks += _remarks(video_set, training)
    if training:
        _note_boxes_without_masks(video_set, problems)
    if training and not any((~tracks.ignore).any() for tracks in video_set.videos):
        problems.add('annotations', 'there are none; a file of the valid or test split cannot be trained on')
    return Report(problems, tuple(remarks))


def _note_boxes_without_masks(video_set: VideoSet, problems: Problems) -> None:
    maskless = {tracks.video.name: sum(mask is None for mask in tracks.masks) for tracks in video_set.videos}
    num_boxes = sum(map(len, video_set.videos))
    if 0 < num_boxes == sum(maskless.values()):
        problems.add('annotations', f'{num_boxes} boxes and no masks; boxes alone can be tested on and their tracks be '
                                    'scored, training needs masks')
        return
    for name, count in maskless.items():
        if count:
            problems.add(f'video {name}', f'{count} boxes have no mask; training needs masks')


def _missing_images(tracks: VideoTracks, img_prefix: Path, every_image: bool) -> list[str]:
    names = tracks.video.file_names
    if names and not every_image:
        names = dict.fromkeys((names[0], names[len(names) // 2], names[-1]))
    return [str(img_prefix / name) for name in names if not (img_prefix / name).is_file()]


def _remarks(video_set: VideoSet, training: bool) -> list[str]:
    kinds = {'videos without frames': lambda tracks: tracks.video.length == 0}
    # Images for a detector are videos of one frame, all of them.
    if any(tracks.video.length > 1 for tracks in video_set.videos):
        kinds['videos of one frame'] = lambda tracks: tracks.video.length == 1
    if training:
        kinds['videos without objects'] = lambda tracks: tracks.video.length > 0 and bool(tracks.ignore.all())
    remarks = []
    for kind, applies in kinds.items():
        names = [tracks.video.name for tracks in video_set.videos if applies(tracks)]
        if names:
            remarks.append(f'{len(names)} {kind}: {_listed(names)}')
    return remarks


def _listed(names: list[str]) -> str:
    more = f' and {len(names) - MAX_NAMED} more' if len(names) > MAX_NAMED else ''
    return ', '.join(names[:MAX_NAMED]) + more
