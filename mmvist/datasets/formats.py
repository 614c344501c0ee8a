"""Annotations together with the images of their frames."""

from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path

from mmvist.io import formats, openimages
from mmvist.io.image import read_image
from mmvist.io.mots import read_seqmap
from mmvist.io.problems import Problems
from mmvist.io.sequences import IMAGE_SUFFIXES
from mmvist.io.splits import apply_split
from mmvist.structures import Video, VideoSet

# Formats whose annotations may not name the images, with the number of a video's first frame.
FIRST_FRAMES = {'kitti_mots': 0, 'davis': 0, 'mots': 1, 'mot': 1}
# Those of them whose videos begin where the sequence map says.
STARTS_IN_SEQMAP = ('davis', 'mot')
# Where the MOTChallenge keeps the images of a sequence.
IMAGE_FOLDER = 'img1'


def read_annotations(ann_file: str | Path, img_prefix: str | Path, name: str, seqmap: str | Path | None = None,
                     split: str | Path | None = None, classes: Sequence[str] | None = None) -> VideoSet:
    """Read annotations whose videos name the images of their frames.

    Args:
        ann_file: The file or folder, as the format has it.
        img_prefix: Root of the images. Where the annotations do not name them (KITTI MOTS, MOTSChallenge, DAVIS, MOT
            without `seqinfo.ini`) they are `VIDEO/FRAME.jpg` or `VIDEO/img1/FRAME.jpg` (or `.png`), with any number of
            digits.
        name: One of `mmvist.io.formats.FORMATS`. 'openimages' also reads `SPLIT-masks/` and
            `class-descriptions-boxable.csv` beside `SPLIT-annotations-object-segmentation.csv`.
        seqmap: For formats with sequences: the file that lists those wanted; without it all are taken.
        split: The file that lists the videos wanted; see `mmvist.io.splits`.
        classes: Names of the file's classes that will be used. Of OpenImages, which is too large to be read whole,
            others are left out here.

    Raises:
        ValueError: There is no such format.
        FormatError: The annotations are broken, or numbered images are missing.
    """
    if name == 'openimages':
        video_set = _open_images(Path(ann_file), img_prefix, classes)
        return video_set if split is None else apply_split(video_set, split)
    video_set = formats.read(ann_file, name, seqmap, split)
    if name not in FIRST_FRAMES:
        return video_set
    ends = read_seqmap(seqmap) if seqmap is not None and name in STARTS_IN_SEQMAP else {}
    problems, videos = Problems(img_prefix), []
    for tracks in video_set.videos:
        video = tracks.video
        if not video.file_names:
            first_frame, _ = ends.get(video.name, (FIRST_FRAMES[name], None))
            video = _with_images(video, Path(img_prefix), first_frame, problems)
        videos.append(replace(tracks, video=video))
    problems.check()
    return replace(video_set, videos=tuple(videos))


def _open_images(ann_file: Path, img_prefix: str | Path, classes: Sequence[str] | None) -> VideoSet:
    masks = ann_file.with_name(ann_file.name.partition('-annotations')[0] + '-masks')
    return openimages.read(ann_file, masks, img_prefix, ann_file.with_name('class-descriptions-boxable.csv'), classes)


def _with_images(video: Video, img_prefix: Path, first_frame: int, problems: Problems) -> Video:
    folder = next((folder for folder in (img_prefix / video.name / IMAGE_FOLDER, img_prefix / video.name)
                   if folder.is_dir()), None)
    numbered = {int(file.stem) - first_frame: file for file in (() if folder is None else folder.iterdir())
                if file.suffix.lower() in IMAGE_SUFFIXES and file.stem.isdecimal()}
    missing = [frame + first_frame for frame in range(video.length) if frame not in numbered]
    if missing:
        problems.add(f'sequence {video.name}', f'{len(missing)} of {video.length} images are missing, '
                                               f'frames {missing[:10]}')
        return video
    names = tuple(numbered[frame].relative_to(img_prefix).as_posix() for frame in range(video.length))
    video = replace(video, file_names=names)
    if names and video.height == 0:
        # The annotations of a video without objects do not tell its size.
        try:
            height, width = read_image(img_prefix / names[0], upright=False).shape[:2]
        except ValueError as error:
            problems.add(f'sequence {video.name}', str(error))
            return video
        video = replace(video, height=height, width=width)
    return video
