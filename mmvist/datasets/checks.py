"""What must hold before a dataset is used, found in seconds and told at once."""

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from mmvist.io.checks.images import check_images, listed
from mmvist.io.problems import Problems
from mmvist.structures import VideoSet


@dataclass(frozen=True)
class Findings:
    """What a check found.

    Attributes:
        problems: What keeps the dataset from being used.
        remarks: What is odd, but can be lived with.
    """

    problems: Problems
    remarks: tuple[str, ...]


def check_videos(video_set: VideoSet, source: str | Path, img_prefix: str | Path | None,
                 classes: Sequence[str] | None = None, training: bool = True, missing_images: bool = False) -> Findings:
    """Look for everything that would stop or quietly spoil a run.

    Args:
        video_set: The annotations.
        source: Where they were read from, for the report.
        img_prefix: Root of the images; `None` where none are looked at.
        classes: Classes that a config asks for; they must all be in the file.
        training: Whether tracks are needed, with masks.
        missing_images: A missing image is a remark only.
    """
    problems = Problems(source)
    if classes is not None:
        unknown = [name for name in classes if name not in video_set.classes]
        twice = sorted({name for name in classes if list(classes).count(name) > 1})
        if unknown:
            problems.add('classes', f'{unknown} are not in the file; it has {list(video_set.classes)}')
        if twice:
            problems.add('classes', f'{twice} are asked for twice')
    if not video_set.videos:
        problems.add('videos', 'there are none')
    remarks = []
    if img_prefix is not None:
        remarks += check_images(video_set, img_prefix, problems, missing_images=missing_images)
    remarks += _remarks(video_set, training)
    if training:
        _note_boxes_without_masks(video_set, problems)
    if training and not any((~tracks.ignore).any() for tracks in video_set.videos):
        problems.add('annotations', 'there are none; a file of the valid or test split cannot be trained on')
    return Findings(problems, tuple(remarks))


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
            remarks.append(f'{len(names)} {kind}: {listed(names)}')
    return remarks
