"""A small dataset on disk: two streets and a video without objects, with images that tell which frame they are."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

import cv2
import numpy as np
import pytest

from mmvist.datasets import VideoDataset
from mmvist.io import ytvis
from mmvist.structures import VideoSet, VideoTracks

HEIGHT, WIDTH = 12, 16
TRAIN = (dict(type='LoadFrames'), dict(type='LoadTracks'), dict(type='PackClip'))
TEST = (dict(type='LoadFrames'), dict(type='PackClip'))


@dataclass(frozen=True)
class Stored:
    """Where a dataset lies."""

    ann_file: Path
    img_prefix: Path

    def build(self, pipeline: Sequence[dict] | None = None, test_mode: bool = False, **options: object) -> VideoDataset:
        """A dataset, by default with the shortest pipeline."""
        pipeline = (TEST if test_mode else TRAIN) if pipeline is None else pipeline
        return VideoDataset(self.ann_file, self.img_prefix, pipeline, test_mode=test_mode, **options)

    def config(self, **options: object) -> dict:
        """The config of such a dataset, for wrappers."""
        pipeline = TEST if options.get('test_mode') else TRAIN
        return dict(type='VideoDataset', ann_file=self.ann_file, img_prefix=self.img_prefix, pipeline=pipeline,
                    **options)


def store(root: Path, videos: Sequence[VideoTracks], classes: Sequence[str] = ('car', 'dog')) -> Stored:
    """Write annotations, and images whose pixels are 10 * number of the video + frame."""
    named = []
    for number, tracks in enumerate(videos):
        video = tracks.video
        names = tuple(f'{video.name}/{frame:05d}.png' for frame in range(video.length))
        (root / 'images' / video.name).mkdir(parents=True)
        for frame, name in enumerate(names):
            cv2.imwrite(str(root / 'images' / name),
                        np.full((video.height, video.width, 3), 10 * number + frame, np.uint8))
        named.append(replace(tracks, video=replace(video, file_names=names)))
    ytvis.write(VideoSet(tuple(classes), tuple(named), tuple(range(1, len(classes) + 1))), root / 'train.json')
    return Stored(root / 'train.json', root / 'images')


@pytest.fixture
def streets(tmp_path: Path, make_video_tracks: Callable[..., VideoTracks]) -> Stored:
    """Frames with objects: 0, 1, 3 of `a` (5 frames), 2 of `b` (3 frames), none of `c` (1 frame).

    Ids begin with 0. Frame 1 of `a` also shows a crowd, frame 4 nothing but one.
    """
    return store(tmp_path, [
        make_video_tracks([(0, 0, 0, (1, 1, 5, 5)), (0, 1, 1, (8, 2, 12, 10)), (1, 0, 0, (2, 1, 6, 5)),
                           (1, 2, 0, (10, 0, 16, 4), 1.0, True), (3, 1, 1, (9, 2, 13, 10)),
                           (4, 2, 0, (10, 0, 16, 4), 1.0, True)], 'a', length=5, video_id=4),
        make_video_tracks([(2, 7, 1, (0, 0, 3, 3))], 'b', length=3, video_id=2),
        make_video_tracks([], 'c', length=1, video_id=9)])
