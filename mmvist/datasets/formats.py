"""Annotations together with the images of their frames."""

from collections.abc import Sequence
from pathlib import Path

from mmvist.io.convert import read_source
from mmvist.structures import VideoSet


def read_annotations(ann_file: str | Path, img_prefix: str | Path | None, name: str,
                     seqmap: str | Path | None = None, split: str | Path | None = None,
                     classes: Sequence[str] | None = None) -> VideoSet:
    """Read annotations whose videos name the images of their frames.

    Args:
        ann_file: The file or folder, as the format has it.
        img_prefix: Root of the images. Where the annotations do not name them (KITTI MOTS, MOTSChallenge, DAVIS, MOT
            without `seqinfo.ini`) they are `VIDEO/FRAME.jpg` or `VIDEO/img1/FRAME.jpg` (or `.png`), with any number of
            digits. `None` leaves images without names.
        name: One of `mmvist.io.convert.SOURCES`. 'openimages' also reads `SPLIT-masks/` and
            `class-descriptions-boxable.csv` beside `SPLIT-annotations-object-segmentation.csv`, 'vistas' the config
            above the folder of instances.
        seqmap: For formats with sequences: the file that lists those wanted; without it all are taken.
        split: The file that lists the videos wanted; see `mmvist.io.splits`.
        classes: Names of the file's classes that will be used. Of OpenImages, which is too large to be read whole,
            others are left out here.

    Raises:
        ValueError: There is no such format, or it has no sequence maps.
        FormatError: The annotations are broken, or numbered images are missing.
    """
    return read_source(ann_file, name, seqmap, split, classes, img_prefix)
