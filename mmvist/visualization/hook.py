"""Videos of what a validation or a test finds."""

import logging
from collections.abc import Mapping, Sequence
from pathlib import Path

import numpy as np
from mmengine.hooks import Hook
from mmengine.logging import print_log
from mmengine.runner import BaseLoop, Runner

from mmvist.io.image import read_image
from mmvist.registry import HOOKS
from mmvist.structures import FrameResult, Video
from mmvist.visualization.overlay import DEFAULT_DRAWINGS, Overlay
from mmvist.visualization.overlay_writer import OverlayWriter
from mmvist.visualization.panels import Panels

# The two benchmarks' videos are annotated 5 or 6 times a second, and their files do not say so.
DEFAULT_FPS = 6.0


@HOOKS.register_module()
class OverlayHook(Hook):
    """Draws each result over its image: one mp4 a video, and its tracks as `strips/<video>.png`.

    Images are read again from their files, so that they are drawn in full size and as they were. Frames that a detector
    holds back are drawn when they come. A video's files are closed with its last frame. Each process draws the videos
    it is given, which are whole videos.

    Args:
        out_dir: Where the files are to appear; validations of later epochs replace those of earlier ones.
        drawings: Configs of the parts of the overlay, in the order they are drawn.
        fps: Frames a second of videos that do not know their own.
        num_videos: Videos that each process draws at most in a validation or test; all when not given.
        panels: Title -> configs of the parts, to draw several overlays side by side in place of one. The model's
            results must keep the features that they show.
    """

    def __init__(self, out_dir: str | Path, drawings: Sequence[dict] = DEFAULT_DRAWINGS, fps: float = DEFAULT_FPS,
                 num_videos: int | None = None, panels: Mapping[str, Sequence[dict]] | None = None) -> None:
        self.out_dir, self.drawings, self.fps, self.num_videos = Path(out_dir), drawings, fps, num_videos
        self.panels = panels
        # Built once here, so that a wrong config shows before the first iteration.
        self._overlay(())
        self._start(())

    def before_val_epoch(self, runner: Runner) -> None:
        """Start afresh, with the class names of the validation data."""
        self._start(_classes(runner.val_loop))

    def before_test_epoch(self, runner: Runner) -> None:
        """Start afresh, with the class names of the test data."""
        self._start(_classes(runner.test_loop))

    def after_val_iter(self, runner: Runner, batch_idx: int, data_batch: dict | None = None,
                       outputs: Sequence[FrameResult] | None = None) -> None:
        """Draw the frames that are done."""
        self._draw(data_batch, outputs)

    def after_test_iter(self, runner: Runner, batch_idx: int, data_batch: dict | None = None,
                        outputs: Sequence[FrameResult] | None = None) -> None:
        """Draw the frames that are done."""
        self._draw(data_batch, outputs)

    def after_val_epoch(self, runner: Runner, metrics: dict[str, float] | None = None) -> None:
        """Close what is open still: videos of which only a part was run."""
        self._close_all()

    def after_test_epoch(self, runner: Runner, metrics: dict[str, float] | None = None) -> None:
        """Close what is open still: videos of which only a part was run."""
        self._close_all()

    def _start(self, classes: Sequence[str]) -> None:
        self._classes = classes
        self._started: set[int | str] = set()
        self._writers: dict[int | str, OverlayWriter] = {}
        self._paths: dict[tuple[int | str, int], str] = {}

    def _draw(self, data_batch: dict, outputs: Sequence[FrameResult]) -> None:
        for clip in data_batch['data_samples']:
            for sample in (clip[index] for index in range(len(clip))):
                self._paths[sample.video.id, sample.frame] = sample.img_path
        for result in outputs:
            video, path = result.video, self._paths.pop((result.video.id, result.frame))
            if video.id not in self._started:
                self._open(video)
            if video.id in self._writers:
                self._writers[video.id].write(_image(path, video), result)
                if result.summaries is not None:
                    self._writers.pop(video.id).close()

    def _open(self, video: Video) -> None:
        if self.num_videos is None or len(self._started) < self.num_videos:
            self._writers[video.id] = OverlayWriter(self.out_dir, video, self._overlay(self._classes),
                                                    video.fps or self.fps)
        self._started.add(video.id)

    def _overlay(self, classes: Sequence[str]) -> Overlay | Panels:
        return Overlay(classes, self.drawings) if self.panels is None else Panels(classes, self.panels)

    def _close_all(self) -> None:
        for video in list(self._writers):
            self._writers.pop(video).close()
        self._paths.clear()


def _classes(loop: BaseLoop) -> tuple[str, ...]:
    metainfo = getattr(loop.dataloader.dataset, 'metainfo', {})
    if 'classes' not in metainfo:
        raise ValueError(f'OverlayHook: {type(loop.dataloader.dataset).__name__} does not name its classes; it needs '
                         "metainfo['classes']")
    return tuple(metainfo['classes'])


def _image(path: str, video: Video) -> np.ndarray:
    """The frame's image, black where it is broken: the test went on without it, and so does its video."""
    try:
        return read_image(path, upright=False)
    except (OSError, ValueError) as error:
        print_log(f'drawn on black: {error}', 'current', logging.WARNING)
        return np.zeros((video.height, video.width, 3), np.uint8)
