"""Detections of any file, looked up by video."""

from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import replace
from pathlib import Path

from mmvist.io import mot
from mmvist.io.class_map import new_labels
from mmvist.io.convert.sources import read_source, tell_format
from mmvist.io.detections.layout import is_detections_file
from mmvist.io.detections.reader import DetectionsReader
from mmvist.io.formats import FORMATS
from mmvist.io.problems import FormatError
from mmvist.io.seqmap import read_seqmap
from mmvist.structures import Video, VideoSet
from mmvist.structures.detections import VideoDetections

# Formats whose annotations look otherwise than results, and name classes and videos themselves.
STANDING_ALONE = ('ytvis', 'coco')


class Detections:
    """Stored detections of several videos.

    Args:
        source: Where they come from, for errors.
        classes: Class names that their labels index.
        videos: The videos.
        load: Gives the detections of the video at a place in `videos`.
        has_embeds: Whether there are embeddings.
        wanted: Class names that labels shall index, detections of others are dropped; `None` keeps them all.

    Attributes:
        classes: Class names that labels index.
        has_embeds: Whether there are embeddings.

    Raises:
        ValueError: A wanted class is not among the classes.
    """

    def __init__(self, source: str | Path, classes: Sequence[str], videos: Sequence[Video],
                 load: Callable[[int], VideoDetections], has_embeds: bool = False,
                 wanted: Sequence[str] | None = None) -> None:
        missing = [name for name in wanted or () if name not in classes]
        if missing:
            raise ValueError(f'{source}: classes {missing} are not in the file; it has {list(classes)}')
        self.source, self.has_embeds, self._load, self._videos = str(source), has_embeds, load, tuple(videos)
        self.classes = tuple(classes if wanted is None else wanted)
        self._labels = new_labels(classes, {name: name for name in classes}, self.classes)
        names = Counter(video.name for video in videos)
        # A name that several videos have tells none of them.
        self._places: dict[int | str, int] = {video.name: place for place, video in enumerate(videos)
                                              if names[video.name] == 1}
        self._places |= {video.id: place for place, video in enumerate(videos)}

    def of(self, video: Video) -> VideoDetections:
        """What was found in a video, which is known by its id, or else by its name.

        Args:
            video: The video; a length or size of 0 is not known yet.

        Raises:
            ValueError: It is not there, or has another length or size there.
        """
        place = self._places.get(video.id, self._places.get(video.name))
        if place is None:
            there = ', '.join(f'{known.id!r} ({known.name})' for known in self._videos[:3])
            more = f' and {len(self._videos) - 3} more' if len(self._videos) > 3 else ''
            raise ValueError(f'{self.source}: video {video.id!r} ({video.name}) is not there; it has '
                             f'{there or "none"}{more}')
        stored = self._load(place)
        facts = [(one.length, one.height, one.width) for one in (stored.video, video)]
        if any(known and wanted and known != wanted for known, wanted in zip(*facts, strict=True)):
            raise ValueError(f'{self.source}: video {video.id!r} ({video.name}): (length, height, width) is {facts[0]} '
                             f'there, {facts[1]} is wanted')
        length, height, width = (wanted or known for known, wanted in zip(*facts, strict=True))
        if stored.video.length == 0 < length:
            raise ValueError(f'{self.source}: video {video.id!r} ({video.name}): has no frames there, {length} are '
                             'wanted')
        video = replace(video, length=length, height=height, width=width)
        return replace(stored, video=video).renumbered(self._labels)


def open_detections(path: str | Path, format: str | None = None, classes: Sequence[str] | None = None,
                    ann_file: str | Path | None = None, ann_format: str = 'ytvis', seqmap: str | Path | None = None,
                    split: str | Path | None = None) -> Detections:
    """Open a detections file, or read results or annotations of any other format, whose ids are left aside.

    Args:
        path: The file or folder.
        format: A name of `io.formats.FORMATS`. By default a detections file is told by its looks; other results have
            the annotations' format, unless they look like frame JSON; without annotations the looks decide.
        classes: Class names that labels shall index, detections of others are dropped; by default those of the
            annotations, else the file's own.
        ann_file: Annotations of the same videos. Results in other formats than ours need them for the videos and
            classes they are of; MOT text, `conf` and all, is then read as detections.
        ann_format: Their format.
        seqmap: For formats with sequences, the file that lists those of the split.
        split: File that lists the videos of the split.

    Raises:
        FileNotFoundError: There is no such file.
        FormatError: A file is broken, or its format cannot be told.
        ValueError: There is no such format or class.
    """
    if not Path(path).exists():
        raise FileNotFoundError(f'{path}: no such file or folder')
    if format is None and is_detections_file(path):
        reader = DetectionsReader(path)
        if classes is None and ann_file is not None:
            classes = read_source(ann_file, ann_format, seqmap, split).classes
        return Detections(path, reader.classes, reader.videos, reader.read, reader.embed_size is not None, classes)
    video_set = _read(path, format, ann_file, ann_format, seqmap, split)
    videos = [tracks.video for tracks in video_set.videos]
    return Detections(path, video_set.classes, videos,
                      lambda place: VideoDetections.from_tracks(video_set.videos[place]), wanted=classes)


def _read(path: str | Path, format: str | None, ann_file: str | Path | None, ann_format: str,
          seqmap: str | Path | None, split: str | Path | None) -> VideoSet:
    if ann_file is None:
        return read_source(path, format or tell_format(path), seqmap, split)
    format = format or _looks(path, ann_format)
    if format in STANDING_ALONE and _told(path) == format:
        return read_source(path, format)
    if format not in FORMATS:
        raise ValueError(f'{path}: the format {format!r} has no results; known: {", ".join(FORMATS)}')
    truth = read_source(ann_file, ann_format, seqmap, split)
    options = {}
    if seqmap is not None and FORMATS[format].sequence_names is not None:
        options['sequences'] = read_seqmap(seqmap)
    # Detections have no ids, which results must have.
    read = mot.read_detections if format == 'mot' else FORMATS[format].read_results
    return read(path, truth, **options)


def _looks(path: str | Path, otherwise: str) -> str:
    """The format of what tells itself, else the annotations'."""
    told = _told(path)
    return told if told in ('frames', *STANDING_ALONE) else otherwise


def _told(path: str | Path) -> str | None:
    try:
        return tell_format(path)
    except FormatError:
        return None
