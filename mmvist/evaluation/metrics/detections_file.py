"""What a run detected as a file that trackers run on again."""

import logging
import pickle
import tempfile
from collections.abc import Iterator, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

from mmengine.dist import all_gather_object, gather_object, is_main_process
from mmengine.logging import print_log

from mmvist.evaluation.metrics.base import VideoMetric, computed_once
from mmvist.io.detections import DetectionsWriter
from mmvist.registry import METRICS
from mmvist.structures import FrameResult, Video, VideoSet
from mmvist.structures.detections import VideoDetections


@METRICS.register_module()
class DetectionsFile(VideoMetric):
    """Writes all results, whatever their ids, as a detections file; see `mmvist.io.detections`.

    A video is set aside on disk once all its frames have come, so that memory does not grow with the test. At the end
    the first process collects the videos one by one, and those of which several processes have frames. Videos of which
    a frame is missing are left out, with a warning.

    Args:
        out: The file, *.npz.
        ann_file: Ground truth, for the names of the images; it needs no annotations.
        format: Its format; see `mmvist.io.formats`.
        seqmap: For formats with sequences, the file that lists those of the split.
        split: File that lists the videos of the split.
    """

    def __init__(self, out: str | Path, ann_file: str | Path, format: str = 'ytvis',
                 seqmap: str | Path | None = None, split: str | Path | None = None) -> None:
        super().__init__(ann_file, format, seqmap, split)
        self.out = Path(out)
        if self.out.suffix != '.npz' or self.out.is_dir():
            raise ValueError(f'DetectionsFile: out must be a file *.npz, got {out}')
        self._start()

    def process(self, data_batch: Any, data_samples: Sequence[FrameResult]) -> None:
        """Keep the results of some frames; a frame that comes twice counts once."""
        super().process(data_batch, data_samples)
        results, self.results = self.results, []
        for result in results:
            video = result.video
            if video.id in self._whole_videos:
                continue
            frames = self._waiting.setdefault(video.id, {})
            frames.setdefault(result.frame, result)
            if len(frames) == video.length:
                del self._waiting[video.id]
                self._whole_videos.add(video.id)
                self._spool.add(VideoDetections.from_results(list(frames.values())))

    def evaluate(self, size: int) -> dict[str, Any]:
        """Write the file; there are no scores.

        Args:
            size: Not used.

        Raises:
            ScoringError: It cannot be written.
        """
        spool, waiting = self._spool, self._waiting
        self._start()
        videos = _gathered(spool, waiting)
        if not is_main_process():
            # Sending goes on as long as the first process asks.
            list(videos)
        return computed_once(lambda: self._write(videos))

    def score(self, ground_truth: VideoSet, results: VideoSet) -> dict[str, Any]:
        """There are no scores."""
        return {}

    def _start(self) -> None:
        self._spool = _Spool(self.out.parent)
        self._waiting: dict[int | str, dict[int, FrameResult]] = {}
        self._whole_videos: set[int | str] = set()

    def _write(self, videos: Iterator[VideoDetections]) -> dict[str, Any]:
        known = {tracks.video.id: tracks.video for tracks in self._whole.videos}
        written = set()
        try:
            with DetectionsWriter(self.out, self.dataset_meta['classes']) as writer:
                for detections in videos:
                    if detections.video.id not in written:
                        written.add(detections.video.id)
                        writer.write(replace(detections, video=_named(detections.video, known)))
        finally:
            # The other processes send until all has arrived.
            list(videos)
        print_log(f'Detections of {len(written)} videos: {self.out}', logger='current')
        return {}


class _Spool:
    """Videos set aside on disk, in a file without a name that goes with the process.

    Args:
        folder: Where there is room for it; made when missing.
    """

    def __init__(self, folder: Path) -> None:
        self._folder, self._count = folder, 0

    def __len__(self) -> int:
        return self._count

    def __iter__(self) -> Iterator[VideoDetections]:
        if self._count:
            self._file.seek(0)
        for _ in range(self._count):
            yield pickle.load(self._file)

    def add(self, video: VideoDetections) -> None:
        """Append a video."""
        if not self._count:
            self._folder.mkdir(parents=True, exist_ok=True)
            self._file = tempfile.TemporaryFile(dir=self._folder)  # noqa: SIM115 (open as long as the spool)
        pickle.dump(video, self._file)
        self._count += 1


def _gathered(spool: _Spool, waiting: dict[int | str, dict[int, FrameResult]]) -> Iterator[VideoDetections]:
    """The videos of all processes on the first one, nothing on the others; all must iterate to the end."""
    turns, stored = max(all_gather_object(len(spool))), iter(spool)
    for _ in range(turns):
        yield from (video for video in gather_object(next(stored, None)) or () if video is not None)
    # What no process has as a whole.
    joined: dict[int | str, dict[int, FrameResult]] = {}
    for part in gather_object(waiting) or ():
        for video, frames in part.items():
            joined[video] = frames | joined.get(video, {})
    for frames in joined.values():
        video = next(iter(frames.values())).video
        if len(frames) == video.length:
            yield VideoDetections.from_results(list(frames.values()))
        else:
            print_log(f'DetectionsFile: video {video.name} is left out, {len(frames)} of its {video.length} frames '
                      'came', 'current', logging.WARNING)


def _named(video: Video, known: dict[int | str, Video]) -> Video:
    """The video with the names of its images, where the ground truth tells them."""
    names = known[video.id].file_names if video.id in known else ()
    return replace(video, file_names=names) if len(names) == video.length else video
