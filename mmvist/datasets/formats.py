"""Annotations together with the images of their frames."""

from dataclasses import replace
from pathlib import Path

from mmvist.io import formats
from mmvist.io.formats import MOTS_BENCHMARKS
from mmvist.io.problems import Problems
from mmvist.structures import VideoSet, VideoTracks

IMAGE_SUFFIXES = ('.jpg', '.jpeg', '.png', '.bmp')


def read_annotations(ann_file: str | Path, img_prefix: str | Path, name: str, seqmap: str | Path | None = None
                     ) -> VideoSet:
    """Read annotations whose videos name the images of their frames.

    Args:
        ann_file: The file; for MOTS a folder of text files or of PNG folders, or one text file.
        img_prefix: Where MOTS images are looked for, as `SEQUENCE/FRAME.jpg` or `.png` with any number of digits;
            YouTube-VIS files name their images themselves.
        name: 'ytvis', 'kitti_mots' or 'mots'.
        seqmap: For MOTS: the file that lists the split's sequences; without it all are taken.

    Raises:
        ValueError: There is no such format.
        FormatError: The annotations are broken, or MOTS images are missing.
    """
    video_set = formats.read(ann_file, name, seqmap)
    if name not in MOTS_BENCHMARKS:
        return video_set
    first_frame = MOTS_BENCHMARKS[name].first_frame
    problems = Problems(img_prefix)
    videos = tuple(_with_images(tracks, Path(img_prefix), first_frame, problems)
                   for tracks in video_set.videos)
    problems.check()
    return replace(video_set, videos=videos)


def _with_images(tracks: VideoTracks, img_prefix: Path, first_frame: int, problems: Problems) -> VideoTracks:
    video = tracks.video
    folder = img_prefix / video.name
    numbered = {int(file.stem) - first_frame: file for file in (folder.iterdir() if folder.is_dir() else ())
                if file.suffix.lower() in IMAGE_SUFFIXES and file.stem.isdecimal()}
    missing = [frame + first_frame for frame in range(video.length) if frame not in numbered]
    if missing:
        problems.add(f'sequence {video.name}', f'{len(missing)} of {video.length} images are missing, '
                                               f'frames {missing[:10]}')
        return tracks
    names = tuple(f'{video.name}/{numbered[frame].name}' for frame in range(video.length))
    return replace(tracks, video=replace(video, file_names=names))
