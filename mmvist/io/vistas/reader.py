"""Vistas' images of instances: 16 bits a pixel, the label and the number of the instance."""

from collections.abc import Mapping
from pathlib import Path

import numpy as np

from mmvist.io.label_png import NUM_CHANNELS, LabelImage, read_labels
from mmvist.io.png_header import GREY
from mmvist.io.problems import Problems
from mmvist.io.progress import progress
from mmvist.io.sequences import IMAGE_SUFFIXES
from mmvist.io.vistas.label_list import LabelList, read_label_list
from mmvist.io.vistas.layout import config_file, files_by_name, image_folder
from mmvist.structures import Video, VideoSet, VideoTracks, rle
from mmvist.structures.runs import Runs, decode, encode

# A pixel's value is label * 256 + number.
INSTANCES = 256


def read(path: str | Path, images: str | Path | None = None) -> VideoSet:
    """Read the instances of a split: a video of one frame for every image `NAME.png`, called NAME.

    Objects are the instances of the labels that are annotated one by one and scored; these are the classes, by their
    whole names, in the order of the config, whose positions are the category ids. An object's id is its whole value.
    Labels that are not scored (`void--unlabeled`; in v2.0 groups and ambiguous ones, too) become `ignore` rows with the
    label -1, one a value: the official program counts no result of any class that lies in them. All other labels are
    background there, as they are here, car mount and ego vehicle among them.

    Args:
        path: Folder of the images of instances, such as `training/instances` or `training/v2.0/instances`. The config
            lies two or three folders above, as released; see `layout.config_file`.
        images: Folder of the images `NAME.jpg`, by default `images` in the folder of the split. Where neither is there,
            the images are taken to be called so.

    Raises:
        FileNotFoundError: There is no such folder.
        FormatError: There is no config or it is broken; images or images of instances are missing, broken, not of 16
            bits, or hold labels that the config does not list. It lists all of them; without the config it says
            nothing of what is in the images.
    """
    path = Path(path)
    for folder in (path, *([] if images is None else [Path(images)])):
        if not folder.is_dir():
            raise FileNotFoundError(f'{folder}: no such folder')
    problems = Problems(path)
    config = config_file(path, problems)
    labels = None if config is None else read_label_list(config, problems)
    files = files_by_name(path, ('.png',), problems)
    if not files:
        problems.add('folder', 'holds no image *.png')
    names = _image_names(files, image_folder(path) if images is None else Path(images), problems)
    if labels is None:
        problems.check()
    videos = []
    # Each image's background is dropped as it comes; all of it would take several times the memory.
    contents = progress(read_labels(files.values()), len(files), f'reading {path}')
    for (name, file), content in zip(files.items(), contents, strict=True):
        fault = _fault(content, labels)
        if fault is None:
            videos.append(_tracks(name, names[name], content, labels))
        else:
            problems.add(file.name, fault)
    problems.check()
    return VideoSet(labels.classes, tuple(videos), labels.category_ids)


def _image_names(files: Mapping[str, Path], folder: Path | None, problems: Problems) -> dict[str, str]:
    """Name of the image that belongs to each file."""
    if folder is None:
        return {name: f'{name}.jpg' for name in files}
    images = files_by_name(folder, IMAGE_SUFFIXES, problems)
    for name, file in files.items():
        if name not in images:
            problems.add(file.name, f'there is no image {name}.jpg in {folder}')
    for name, image in images.items():
        if name not in files:
            problems.add(image.name, f'there are no instances of it, {name}.png')
    return {name: images[name].name if name in images else '' for name in files}


def _fault(content: LabelImage | str, labels: LabelList) -> str | None:
    """What is wrong with an image of instances, if anything."""
    if isinstance(content, str):
        return content
    if (content.colour, content.depth) != (GREY, 16):
        return f'must be one channel of 16 bits, got {NUM_CHANNELS[content.colour]} of {content.depth}'
    unknown = sorted({value // INSTANCES for value in content.masks if value // INSTANCES >= labels.count})
    return f'has the labels {unknown}, the config lists {labels.count}, from 0' if unknown else None


def _tracks(name: str, image_name: str, content: LabelImage, labels: LabelList) -> VideoTracks:
    masks = _with_zero(content.masks, *content.size)
    values = [value for value in masks if value // INSTANCES in labels.class_of]
    kept = tuple(masks[value] for value in values)
    ids = np.array(values, np.int64)
    classes = np.array([labels.class_of[value // INSTANCES] for value in values], np.int64)
    return VideoTracks(Video(name, name, *content.size, 1, (image_name,)), np.zeros_like(ids), ids, classes,
                       np.ones(len(ids), np.float32), rle.bboxes(kept, *content.size).astype(np.float64), kept,
                       classes < 0)


def _with_zero(masks: Mapping[int, bytes], height: int, width: int) -> Mapping[int, bytes]:
    """The masks with that of value 0, which other label images have for nothing, and Vistas for the first label."""
    num_pixels = height * width
    given = tuple(masks.values())
    if rle.area(given, height, width).sum() == num_pixels:
        return masks
    found = decode(given, num_pixels)
    order = np.argsort(found.starts)
    starts, ends = np.append(0, found.ends[order]), np.append(found.starts[order], num_pixels)
    gaps = ends > starts
    return {0: encode(Runs(starts[gaps], ends[gaps], np.array([gaps.sum()])), num_pixels)[0], **masks}
