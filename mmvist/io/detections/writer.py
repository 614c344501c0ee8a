"""Writing detections files."""

import json
import zipfile
from collections.abc import Sequence
from contextlib import ExitStack
from pathlib import Path
from typing import Any

import numpy as np

from mmvist.io.atomic import open_atomic
from mmvist.io.detections.layout import COLUMNS, INDEX, KIND, VERSION, member
from mmvist.io.video_entry import video_entry
from mmvist.structures.detections import VideoDetections


class DetectionsWriter:
    """Writes videos one after another; the file appears when all are written.

    As a context manager it completes the file, or removes what it has when the block raises. Memory does not grow with
    the videos but for their names. Equal videos make byte-equal files.

    Args:
        path: Where the file is to appear.
        classes: Class names; labels are indices into them.
    """

    def __init__(self, path: str | Path, classes: Sequence[str]) -> None:
        self.path, self.classes = Path(path), tuple(classes)
        self._videos: dict[int | str, dict] = {}
        self._embed_size: int | None = None
        self._has_rows = False
        self._stack = ExitStack()

    def __enter__(self) -> 'DetectionsWriter':
        file = self._stack.enter_context(open_atomic(self.path, 'wb'))
        self._zip = self._stack.enter_context(zipfile.ZipFile(file, 'w'))
        self._stack.push(self._complete)
        return self

    def __exit__(self, *error: Any) -> bool | None:
        return self._stack.__exit__(*error)

    def write(self, detections: VideoDetections) -> None:
        """Append a video.

        Raises:
            ValueError: The video was written before, a label is not an index into the classes, or its embeddings are
                not like those of the other videos.
        """
        video, number = detections.video, len(self._videos)
        place = f'{self.path}, video {video.name}'
        if video.id in self._videos:
            raise ValueError(f'{place}: a video of id {video.id!r} was written before')
        if len(detections):
            self._check_rows(detections, place)
        masks = [mask or b'' for mask in detections.masks]
        arrays = {'masks': np.frombuffer(b''.join(masks), np.uint8),
                  'mask_ends': np.cumsum(np.fromiter(map(len, masks), np.int64, len(masks)))}
        for name in ('offsets', 'labels', 'scores', 'bboxes'):
            arrays[name] = getattr(detections, name)
        if len(detections) and detections.embeds is not None:
            arrays['embeds'] = detections.embeds
        for name, array in arrays.items():
            self._put(f'{number}/{name}', array.astype(COLUMNS[name][0], copy=False))
        self._videos[video.id] = video_entry(video)

    def _check_rows(self, detections: VideoDetections, place: str) -> None:
        labels, embeds = detections.labels, detections.embeds
        if not 0 <= labels.min() <= labels.max() < len(self.classes):
            raise ValueError(f'{place}: labels must lie in 0..{len(self.classes) - 1}, '
                             f'got {labels.min()}..{labels.max()}')
        size = None if embeds is None else embeds.shape[1]
        if self._has_rows and size != self._embed_size:
            raise ValueError(f'{place}: embeddings must have size {self._embed_size}, as in the other videos, '
                             f'got {size}')
        self._embed_size, self._has_rows = size, True

    def _put(self, name: str, array: np.ndarray) -> None:
        # Without a time of its own; and as large as it may become.
        with self._zip.open(zipfile.ZipInfo(member(name)), 'w', force_zip64=True) as file:
            np.lib.format.write_array(file, array, allow_pickle=False)

    def _complete(self, error: type[BaseException] | None, *_: object) -> None:
        if error is None:
            index = {'kind': KIND, 'version': VERSION, 'classes': list(self.classes), 'embed_size': self._embed_size,
                     'videos': list(self._videos.values())}
            self._put(INDEX, np.frombuffer(json.dumps(index, separators=(',', ':')).encode(), np.uint8))
