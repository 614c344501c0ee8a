"""The images of frames that annotations know by their numbers only."""

from dataclasses import replace
from pathlib import Path

from mmvist.io.problems import Problems
from mmvist.io.seqmap import read_seqmap
from mmvist.io.sequences import IMAGE_SUFFIXES
from mmvist.structures import Video, VideoSet

# Formats whose annotations may not name the images, with the number of a video's first frame.
FIRST_FRAMES = {'kitti_mots': 0, 'davis': 0, 'mots': 1, 'mot': 1}
# Those of them whose videos begin where the sequence map says.
STARTS_IN_SEQMAP = ('davis', 'mot')
# Where the MOTChallenge keeps the images of a sequence.
IMAGE_FOLDER = 'img1'


def name_images(video_set: VideoSet, img_prefix: str | Path, format: str, seqmap: str | Path | None = None
                ) -> VideoSet:
    """Name the images of videos that do not, and take from them the size of a video whose annotations do not tell it.

    Args:
        video_set: Annotations that were read.
        img_prefix: Root of the images `VIDEO/FRAME.jpg` or `VIDEO/img1/FRAME.jpg` (or `.png`), with any number of
            digits.
        format: What the annotations were read as. Those that always name their images stay as they are.
        seqmap: The sequence map they were read with.

    Raises:
        FormatError: Images are missing, or one that tells a size is broken; it lists all of them.
    """
    if format not in FIRST_FRAMES:
        return video_set
    ends = read_seqmap(seqmap) if seqmap is not None and format in STARTS_IN_SEQMAP else {}
    problems, videos = Problems(img_prefix), []
    for tracks in video_set.videos:
        video = tracks.video
        if not video.file_names:
            first_frame, _ = ends.get(video.name) or (FIRST_FRAMES[format], None)
            video = _with_images(video, Path(img_prefix), first_frame, problems)
        videos.append(replace(tracks, video=video))
    problems.check()
    return replace(video_set, videos=tuple(videos))


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
    return _with_size(video, img_prefix / names[0], problems) if names and video.height == 0 else video


def _with_size(video: Video, image: Path, problems: Problems) -> Video:
    # OpenCV is loaded with it.
    from mmvist.io.image import read_image

    try:
        height, width = read_image(image, upright=False).shape[:2]
    except ValueError as error:
        problems.add(f'sequence {video.name}', str(error))
        return video
    return replace(video, height=height, width=width)
