"""The objects of annotated videos, looked up frame by frame: what oracles answer with."""

from collections.abc import Sequence
from pathlib import Path

import numpy as np

from mmvist.io import formats
from mmvist.structures import Video, VideoTracks


class GroundTruth:
    """Annotations that are asked for one frame at a time.

    Args:
        ann_file: Annotations of all videos that will be asked for.
        classes: Class names that labels index, objects of others are left out; `None` takes the file's own.
        format: Format of the annotations.
        seqmap: For formats with sequences, the file that lists those of the split.
        split: File that lists the videos of the split.

    Raises:
        ValueError: There is no such format or class, or the annotations are broken.
        FileNotFoundError: There is no such file.
    """

    def __init__(self, ann_file: str | Path, classes: Sequence[str] | None, format: str, seqmap: str | Path | None,
                 split: str | Path | None) -> None:
        truth = formats.read(ann_file, format, seqmap, split)
        truth = truth if classes is None else truth.with_classes(classes)
        self.ann_file = ann_file
        self._tracks = {tracks.video.id: tracks for tracks in truth.videos}

    def objects(self, video: Video, frame: int) -> VideoTracks:
        """The objects of one frame; ignore regions are none.

        Raises:
            ValueError: The video is not in the annotations, or has another size or fewer frames there.
        """
        if video.id not in self._tracks:
            raise ValueError(f'video {video.id} is not in {self.ann_file}')
        tracks = self._tracks[video.id]
        known = tracks.video
        if (video.height, video.width) != (known.height, known.width) or frame >= known.length:
            raise ValueError(f'frame {frame} of video {video.id} is {video.height}x{video.width} (HxW); '
                             f'{self.ann_file} has {known.length} frames of {known.height}x{known.width}')
        rows = tracks.rows_at(frame)
        return tracks.select(np.arange(rows.start, rows.stop)[~tracks.ignore[rows]])
