"""Videos as a dataset of clips, one item for each frame or for each video."""

import logging
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace
from pathlib import Path

import numpy as np
import torch
from mmengine.dataset import BaseDataset
from mmengine.logging import print_log
from torch.utils.data import get_worker_info

from mmvist.datasets.checks import check_videos
from mmvist.datasets.clip import Clip, ClipFrame
from mmvist.datasets.clip_sampling import ChosenFrame
from mmvist.datasets.formats import read_annotations
from mmvist.datasets.track_table import TrackTable, trainable
from mmvist.datasets.transforms import BrokenFrameError
from mmvist.io.class_map import map_classes
from mmvist.io.problems import FormatError
from mmvist.io.progress import progress
from mmvist.registry import DATASETS, TASK_UTILS, TRANSFORMS
from mmvist.structures import VideoSet, VideoTracks

MAX_TRIES = 100
MAX_WORKERS = 256


@DATASETS.register_module()
class VideoDataset(BaseDataset):
    """Annotated videos.

    In training an item is a clip around one frame, by default one that shows an object; in testing it is one frame,
    without annotations, and the items run through each video in order. An item of training depends on `seed`, the epoch
    and its index alone, so that neither the number of worker processes nor an interruption changes what is trained on;
    `ClipSampler` tells the dataset the epoch. It is an mmengine `BaseDataset` so that mmengine's wrappers take it.

    Args:
        ann_file: Annotations; see `format`.
        img_prefix: Root of the images; `None` where none are looked at, as with `BlankFrames`.
        pipeline: Configs of clip transforms; the last packs the clip.
        classes: Class names; their order gives the labels, objects of other classes are left out. They must all be in
            the file, where they may stand in another order. By default the file's.
        class_map: What the file's classes, or `*`, all others, are called in `classes`. Several may become one, and
            classes that it makes none of have no objects. Metrics of a test rename theirs alike.
        clip: Config of the clip sampler, for training; by default a clip is its frame alone.
        clips_per_video: In training, let so many items stand for each video in place of one for each frame, so that a
            long video counts no more than a short one; an item's frame is drawn from all that show an object.
        empty_frames: In training, let frames without an object be items, too; goes without `clips_per_video`.
        format: One of `mmvist.io.convert.SOURCES`; see `read_annotations`.
        seqmap: For formats with sequences: the file that lists the split's, with their first and last frames.
        split: The file that lists the videos to use; see `mmvist.io.splits`. By default all.
        test_mode: Give frames in place of clips.
        min_size: Objects whose box is narrower or lower than this, in pixels, are not trained on.
        skip_broken: Train on another clip in place of one with a broken image, and test on a black image in its place,
            with a warning for each image; see `num_skipped`.
        seed: Start of all chance.

    Raises:
        FileNotFoundError: There is no annotation file.
        FormatError: Annotations, classes and images do not fit together; it lists everything found.
    """

    def __init__(self, ann_file: str | Path, img_prefix: str | Path | None, pipeline: Sequence[dict],
                 classes: Sequence[str] | None = None, class_map: Mapping[str, str] | None = None,
                 clip: dict | None = None, clips_per_video: int = 0, empty_frames: bool = False, format: str = 'ytvis',
                 seqmap: str | Path | None = None, split: str | Path | None = None, test_mode: bool = False,
                 min_size: float = 1, skip_broken: bool = False, seed: int = 0) -> None:
        if test_mode and clip is not None:
            raise ValueError('VideoDataset: clip is for training; a test item is one frame')
        if test_mode and clips_per_video:
            raise ValueError('VideoDataset: clips_per_video is for training; a test item is one frame')
        if empty_frames and (test_mode or clips_per_video):
            raise ValueError('VideoDataset: empty_frames is for training on an item for each frame, without test_mode '
                             'or clips_per_video')
        own_classes = classes if class_map is None else tuple(class_map)
        video_set = read_annotations(ann_file, img_prefix, format, seqmap, split, own_classes)
        video_set = video_set if class_map is None else _mapped(video_set, class_map, classes, ann_file)
        report = check_videos(video_set, ann_file, img_prefix, classes, not test_mode, missing_images=skip_broken)
        report.problems.check()
        if report.remarks:
            print_log('\n'.join([f'{ann_file}:', *report.remarks]), 'current', logging.WARNING)
        if classes is not None and tuple(classes) != video_set.classes:
            video_set = video_set.with_classes(classes)
        metainfo = {'classes': tuple(video_set.classes)}
        if test_mode and class_map is not None:
            metainfo['class_map'] = class_map
        super().__init__(str(ann_file), metainfo=metainfo, test_mode=test_mode, serialize_data=False, lazy_init=True)
        self.img_prefix, self.skip_broken, self.seed = img_prefix, skip_broken, seed
        self.clips_per_video = clips_per_video
        self.clip = None if clip is None else TASK_UTILS.build(clip)
        self.transforms = [TRANSFORMS.build(transform) for transform in pipeline]
        videos = progress(video_set.videos, len(video_set.videos), f'preparing {ann_file}')
        self._table = _table(videos, test_mode, min_size)
        self._has_object = self._table.has_object
        frames = self._table.frames() if test_mode or empty_frames else self._table.frames()[self._has_object]
        # An item that stands for a video is listed with the first of the frames that it may be drawn from.
        if clips_per_video:
            frames = np.tile(frames[np.unique(frames[:, 0], return_index=True)[1]], (clips_per_video, 1))
        self.data_list = frames
        # Shared, so that worker processes that live through several epochs see the epoch, and what they skip is seen.
        self._epoch = torch.zeros((), dtype=torch.int64).share_memory_()
        self._skipped = torch.zeros(MAX_WORKERS, dtype=torch.int64).share_memory_()
        self._warned: set[str] = set()
        self._fully_initialized = True

    @property
    def num_videos(self) -> int:
        """Number of videos, those without frames or objects included."""
        return len(self._table.videos)

    @property
    def num_skipped(self) -> int:
        """How often a broken image was met and skipped, in all worker processes."""
        return int(self._skipped.sum())

    def set_epoch(self, epoch: int) -> None:
        """Make items those of an epoch, in worker processes too."""
        self._epoch.fill_(epoch)

    def get_cat_ids(self, idx: int) -> list[int]:
        """Labels of an item's frame, with `clips_per_video` of all of its video, each once, rising; none in testing."""
        video, first = map(int, self.data_list[idx])
        last = self._table.videos[video].length - 1 if self.clips_per_video else first
        rows = slice(self._table.rows(video, first).start, self._table.rows(video, last).stop)
        return np.unique(self._table.labels[rows][~self._table.ignore[rows]]).tolist()

    def get_data_info(self, idx: int) -> dict:
        """Video id, frame and image of an item's frame; with `clips_per_video` of the first it may be drawn from."""
        video, frame = map(int, self.data_list[idx])
        return {'video_id': self._table.videos[video].id, 'frame': frame, 'img_path': self._path(video, frame),
                'sample_idx': int(idx)}

    def __getitem__(self, idx: int) -> dict:
        """The packed clip; see `PackClip`.

        Raises:
            BrokenFrameError: An image is missing, cannot be decoded or has the wrong size, unless these are skipped.
            RuntimeError: In training, one clip after another left nothing to train on.
        """
        # Python counts from the end too; so that the item is the same, the draw must know its true index.
        idx = range(len(self))[idx]
        if self.test_mode:
            return self._test_item(idx)
        rng = np.random.default_rng([self.seed, int(self._epoch), idx])
        current = idx
        for _ in range(MAX_TRIES):
            try:
                item = self._apply(self._clip(current, rng), rng)
            except BrokenFrameError as error:
                self._skip(error)
                item = None
            if item is not None:
                return item
            current = int(rng.integers(len(self)))
        raise RuntimeError(f'{self.ann_file}: {MAX_TRIES} clips in a row left nothing to train on, beginning with item '
                           f'{idx}; the pipeline drops too much, or too many images are broken')

    def _clip(self, idx: int, rng: np.random.Generator) -> Clip:
        video, key = map(int, self.data_list[idx])
        first, end = self._table.first_frames[video:video + 2]
        valid = np.flatnonzero(self._has_object[first:end])
        if self.clips_per_video:
            key = int(rng.choice(valid))
        chosen = [ChosenFrame(key, True)]
        if self.clip is not None:
            chosen = self.clip(key, valid, int(end - first), rng)
        frames = (ClipFrame(frame.index, frame.key, self._path(video, frame.index),
                            self._table.annotations(video, frame.index)) for frame in chosen)
        return Clip(self._table.videos[video], tuple(frames))

    def _test_item(self, idx: int) -> dict:
        video, frame = map(int, self.data_list[idx])
        clip = Clip(self._table.videos[video], (ClipFrame(frame, True, self._path(video, frame)),))
        rng = np.random.default_rng([self.seed, 0, idx])
        try:
            return self._apply(clip, rng)
        except BrokenFrameError as error:
            self._skip(error)
        # A tracker needs every frame of a video, the first and the last above all.
        black = np.zeros((clip.video.height, clip.video.width, 3), np.uint8)
        return self._apply(clip.map(lambda frame: replace(frame, image=black)), rng)

    def _apply(self, clip: Clip, rng: np.random.Generator) -> dict | None:
        for transform in self.transforms:
            clip = transform.transform(clip, rng)
            if clip is None:
                return None
        return clip

    def _skip(self, error: BrokenFrameError) -> None:
        if not self.skip_broken:
            raise error
        worker = get_worker_info()
        self._skipped[0 if worker is None else worker.id + 1] += 1
        if str(error) not in self._warned:
            self._warned.add(str(error))
            print_log(f'skipped: {error}', 'current', logging.WARNING)

    def _path(self, video: int, frame: int) -> str:
        return '' if self.img_prefix is None else str(Path(self.img_prefix) / self._table.file_name(video, frame))


def _mapped(video_set: VideoSet, class_map: Mapping[str, str], classes: Sequence[str] | None, source: str | Path
            ) -> VideoSet:
    if classes is None:
        raise ValueError(f'{source}: class_map needs classes, the names that it maps to')
    try:
        return map_classes(video_set, class_map, classes)
    except ValueError as error:
        raise FormatError(str(source), (f'classes: {error}',)) from None


def _table(videos: Iterable[VideoTracks], test_mode: bool, min_size: float) -> TrackTable:
    if test_mode:
        return TrackTable([tracks.select(np.zeros(len(tracks), bool)) for tracks in videos])
    return TrackTable([trainable(tracks, min_size) for tracks in videos])
