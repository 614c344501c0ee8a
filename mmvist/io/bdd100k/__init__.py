"""BDD100K's tracking labels: JSON lists of Scalabel's for boxes and masks, and bitmasks for masks."""

from collections.abc import Mapping
from pathlib import Path

from mmvist.io.bdd100k.bitmask import read_bitmask_results, read_bitmasks, video_folders
from mmvist.io.bdd100k.bitmask_writer import write_bitmask
from mmvist.io.bdd100k.classes import CATEGORY_IDS, CLASSES
from mmvist.io.bdd100k.listing import read_listing
from mmvist.io.bdd100k.scalabel import json_files, read_json_labels, read_json_results
from mmvist.io.bdd100k.scalabel_writer import write, write_results
from mmvist.io.problems import FormatError, Problems
from mmvist.structures import VideoSet

__all__ = ['CATEGORY_IDS', 'CLASSES', 'read', 'read_results', 'sequence_names', 'write', 'write_bitmask',
           'write_results']


def read(path: str | Path, sequences: Mapping[str, tuple[int, int] | None] | None = None) -> VideoSet:
    """Read ground truth of MOT 2020 (boxes) or MOTS 2020 (masks).

    The length of a video is the number of frames listed, and frame i is the i-th of them: numbers may be left out, as
    where a video was thinned, and the official tools, too, only know the frames that are listed. Crowds and ignored
    labels become `ignore` rows; a label of a class that is not evaluated ('other person', 'other vehicle', 'trailer')
    does, under the class it is mapped to. Ids that are not all whole numbers are counted from 1. The other attributes
    are dropped. Boxes are `x1, y1, x2, y2` as they stand: in MOT 2020 plain corners, while boxes that Scalabel itself
    made of masks end on the last pixel inside. Masks are `rle`, else the outlines of `poly2d`; outlines may overlap
    where bitmasks, in which the last one wins, do not.

    Args:
        path: A JSON file, a folder of them, or a folder of folders of bitmasks `VIDEO/VIDEO-0000001.png`.
        sequences: The videos wanted, with the number of the first and of the last frame, or `None` for all frames:
            `frameIndex` for JSON, which counts from 0, and that of the file name for bitmasks, which counts from 1. A
            folder of JSON files must then have a file of the name of each. Without it all are read.

    Raises:
        FileNotFoundError: There is no such file or folder.
        FormatError: Anything does not fit together; it lists all of it.
    """
    path = _existing(path)
    return read_bitmasks(path, sequences) if _holds_bitmasks(path) else read_json_labels(path, sequences)


def read_results(path: str | Path, ground_truth: VideoSet,
                 sequences: Mapping[str, tuple[int, int] | None] | None = None) -> VideoSet:
    """Read results in any form of the ground truth; JSON labels may have a `score`, else it is 1.

    Frames are found by the names of their images without ending, or by `frameIndex` where the ground truth has no
    names. Frames and videos that are not there are empty. Crowds and ignored labels are dropped.

    Args:
        path: As for `read`.
        ground_truth: Names the videos, frames, sizes and classes.
        sequences: The ends that the ground truth was read with, if it was: frames that are found by number are counted
            from the same one, and those outside are left out.

    Raises:
        FileNotFoundError: There is no such file or folder.
        FormatError: Anything does not fit together or to the ground truth; it lists all of it.
    """
    path = _existing(path)
    read_form = read_bitmask_results if _holds_bitmasks(path) else read_json_results
    return read_form(path, ground_truth, sequences)


def sequence_names(path: str | Path) -> list[str]:
    """Names of the videos: of the files or folders of a folder, or as a single file states them.

    Raises:
        FileNotFoundError: There is no such file or folder.
        FormatError: The file is broken, or the folder holds nothing of the kind.
    """
    path = _existing(path)
    if _holds_bitmasks(path):
        return [folder.name for folder in video_folders(path)]
    if path.is_dir():
        return [file.stem for file in json_files(path)]
    problems = Problems(path)
    names = list(read_listing(path, problems).videos)
    problems.check()
    return names


def _existing(path: str | Path) -> Path:
    path = Path(path)
    if not path.exists():
        raise FileNotFoundError(f'{path}: no such file or folder')
    return path


def _holds_bitmasks(path: Path) -> bool:
    if not path.is_dir() or json_files(path):
        return False
    if not video_folders(path):
        raise FormatError(str(path), ('folder: holds neither files *.json nor folders of videos',))
    return True
