"""One video after another: images, segments, tracks."""

import time
import traceback
from collections import Counter
from collections.abc import Sequence
from dataclasses import replace

from mmvist.inferencer import VISInferencer
from mmvist.io.frames import image_files
from mmvist.io.image import read_image
from mmvist.io.progress import progress
from mmvist.mining.linkers import Linker, with_ignored
from mmvist.mining.raw_videos import RawVideo, store_images
from mmvist.mining.segments import SegmentRules
from mmvist.mining.store import Store
from mmvist.structures.detections import VideoDetections


class Miner:
    """Mines videos, stage by stage; what is in the store already is not done again.

    Args:
        store: Where everything is kept.
        inferencer: Finds segments; `None` where all videos have theirs.
        rules: What becomes of them.
        linker: Makes tracks of segments.

    Attributes:
        seconds: How long each kind of work took.
    """

    def __init__(self, store: Store, inferencer: VISInferencer | None, rules: SegmentRules, linker: Linker) -> None:
        self.store, self.inferencer, self.rules, self.linker = store, inferencer, rules, linker
        self.seconds: Counter[str] = Counter()

    def mine(self, video: RawVideo) -> bool:
        """Do what is left to do of a video.

        Returns:
            Whether it went well; if not, the store knows why.
        """
        try:
            for stage, work in (('images', self._images), ('segments', self._segments), ('tracks', self._tracks)):
                if not self.store.has(stage, video.name):
                    start = time.perf_counter()
                    work(video)
                    self.seconds[stage] += time.perf_counter() - start
        except Exception as error:
            # Whatever is wrong with a video, the others are not to suffer.
            reason = f'{type(error).__name__}: {error}'.partition('\n')[0]
            self.store.write_failure(video.name, reason, traceback.format_exc())
            return False
        self.store.forget_failure(video.name)
        return True

    def _images(self, video: RawVideo) -> None:
        self.store.write_fps(video.name, video.fps())
        store_images(video, self.store.images(video.name))

    def _segments(self, video: RawVideo) -> None:
        folder = self.store.images(video.name)
        files = image_files(folder)
        results = [self.rules.of_frame(result) for _, result in
                   progress(self.inferencer.track(folder), len(files), f'{video.name}, segments')]
        known = replace(results[0].video, id=video.name, name=video.name, length=len(files),
                        fps=self.store.read_fps(video.name),
                        file_names=tuple(f'{video.name}/{file.name}' for file in files))
        self.store.write_segments(VideoDetections.from_results([replace(result, video=known) for result in results]))

    def _tracks(self, video: RawVideo) -> None:
        segments = self.store.read_segments(video.name)
        is_object = segments.labels < len(self.store.classes)
        files = image_files(self.store.images(video.name))
        images = progress(map(read_image, files), len(files), f'{video.name}, tracks')
        linked = self.linker.link(segments.select(is_object), images)
        self.seconds['flow'] += linked.flow_seconds
        self.seconds['tracks'] -= linked.flow_seconds
        counts = {'segments': int(is_object.sum()), 'refused': dict(linked.refused)}
        tracks = with_ignored(linked.tracks, segments.select(~is_object))
        self.store.write_tracks(replace(linked, tracks=tracks), counts)


def needs_segments(store: Store, videos: Sequence[RawVideo]) -> bool:
    """Whether segments of any video are still to be found."""
    return not all(store.has('segments', video.name) for video in videos)
