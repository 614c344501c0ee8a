"""Scenes cut into windows, short videos that overlap, so that tracking starts anew in each of them."""

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np

from mmvist.io.problems import Problems
from mmvist.io.window_name import window_name
from mmvist.structures import VideoTracks


@dataclass(frozen=True)
class Windows:
    """Which windows are cut; by default those that Hu et al. (2019) score.

    A window is some consecutive frames of one scene, the next one starts a frame later. Windows are counted through all
    scenes and go to batches in that order, so that a batch may hold the end of one scene and the start of the next.

    Attributes:
        length: Frames of a window.
        batch: Windows of a batch. The last batch is left out unless it is full, as the authors' loader does.
        every: Only every so many batches are kept, beginning with the first; `None` for `length`, as the authors' test
            passes over the others because windows overlap so much.
    """

    length: int = 5
    batch: int = 6
    every: int | None = None

    def __post_init__(self) -> None:
        for key, value in vars(self).items():
            if value is not None and value < 1:
                raise ValueError(f'windows: {key} must be at least 1, got {value}')

    def cut(self, scenes: Sequence[VideoTracks], problems: Problems, lost: Counter[str]) -> tuple[VideoTracks, ...]:
        """The windows of some scenes as videos of their own, counted from 1.

        Ignore regions are dropped: to the authors they are background, where a result is a false alarm.

        Args:
            scenes: In the order that counts; one shorter than a window has none.
            problems: Notes scenes whose images have no names, as a window's own name is that of no folder, and that
                there is not one batch.
            lost: Counts ignore rows.
        """
        for video in (tracks.video for tracks in scenes):
            if video.length and not video.file_names:
                problems.add(f'video {video.name}', 'its images have no names, by which a window could find them; they '
                                                    'do where the root of the images is given')
        lost['ignore rows, background now'] += sum(int(tracks.ignore.sum()) for tracks in scenes)
        scenes = [tracks.select(~tracks.ignore) for tracks in scenes]
        places = [(tracks, first) for tracks in scenes for first in range(tracks.video.length - self.length + 1)]
        num_batches = len(places) // self.batch
        if num_batches == 0:
            problems.add('windows', f'a batch needs {self.batch} windows of {self.length} frames, there are '
                                    f'{len(places)} in {len(scenes)} videos')
        chosen = [(batch, *place) for batch in range(0, num_batches, self.length if self.every is None else self.every)
                  for place in places[batch * self.batch:(batch + 1) * self.batch]]
        return tuple(self._window(tracks, first, batch, number)
                     for number, (batch, tracks, first) in enumerate(chosen, 1))

    def _window(self, scene: VideoTracks, first: int, batch: int, number: int) -> VideoTracks:
        last = first + self.length
        tracks = scene.select(np.arange(scene.offsets[first], scene.offsets[last]))
        video = replace(scene.video, id=number, name=window_name(scene.video.name, first, batch), length=self.length,
                        file_names=scene.video.file_names[first:last])
        return replace(tracks, video=video, frames=tracks.frames - first)
