"""Where a mining run keeps what: one file a video and stage, so that it can be interrupted anywhere and go on."""

import json
from collections.abc import Iterable, Mapping, Sequence
from contextlib import suppress
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np

from mmvist.io import frame_files
from mmvist.io.atomic import open_atomic
from mmvist.io.detections import DetectionsReader, DetectionsWriter
from mmvist.io.json_file import read_json, write_json
from mmvist.mining.linkers import Linked
from mmvist.mining.segments import IGNORED
from mmvist.structures import VideoSet, VideoTracks
from mmvist.structures.detections import VideoDetections

# What a stage reads, the stages before it have left.
STAGES = ('images', 'segments', 'tracks')


class Store:
    """The folder of a mining run.

    ```
    images/<video>/<frame>.jpg            frames, numbered from 0
    segments.json  segments/<video>.npz   how segments were found, and what was found: a detections file
    tracks.json    tracks/<video>.json    how they were linked, and the tracks: frame JSON, 'ignore' the last class
                   counts/<video>.json    what was counted on the way
    flow/<video>/<frame>.png              where it is kept
    failed/<video>.txt                    why a video could not be mined
    ```

    Args:
        root: The folder.
        classes: Classes that are mined.
    """

    def __init__(self, root: str | Path, classes: Sequence[str]) -> None:
        self.root, self.classes = Path(root), tuple(classes)

    def images(self, name: str) -> Path:
        """Folder of a video's frames."""
        return self.root / 'images' / name

    def has(self, stage: str, name: str) -> bool:
        """Whether a stage of `STAGES` is done with a video."""
        return self._place(stage, name).exists()

    def check_stage(self, stage: str, description: Mapping[str, Any]) -> None:
        """Make sure that what is there was made as it would be made now.

        Args:
            stage: 'segments' or 'tracks'.
            description: All that its results depend on.

        Raises:
            ValueError: It was made differently.
        """
        path = self.root / f'{stage}.json'
        wanted = json.loads(json.dumps(description, default=str))
        if not path.exists():
            return
        found = read_json(path)
        keys = [key for key in sorted({*found, *wanted}) if found.get(key) != wanted.get(key)]
        if keys:
            raise ValueError(f'{path}: {stage} of this folder were made with another {", ".join(keys)}; use another '
                             f'folder, or have them made anew with --redo {stage}')

    def begin_stage(self, stage: str, description: Mapping[str, Any]) -> None:
        """Note how a stage is done, unless it is noted already."""
        path = self.root / f'{stage}.json'
        if not path.exists():
            write_json(json.loads(json.dumps(description, default=str)), path)

    def forget(self, stage: str, names: Iterable[str]) -> None:
        """Throw away what a stage, and those after it, have made of some videos, and how."""
        for later in STAGES[STAGES.index(stage):]:
            for name in names:
                self._place(later, name).unlink(missing_ok=True)
            (self.root / f'{later}.json').unlink(missing_ok=True)

    def write_segments(self, segments: VideoDetections) -> None:
        """Store the segments of a video; labels index the mined classes and 'ignore'."""
        with DetectionsWriter(self._place('segments', segments.video.name), (*self.classes, IGNORED)) as writer:
            writer.write(segments)

    def read_segments(self, name: str) -> VideoDetections:
        """What `write_segments` stored."""
        return DetectionsReader(self._place('segments', name)).read(0)

    def write_tracks(self, linked: Linked, counts: Mapping[str, Any]) -> None:
        """Store the tracks of a video, and what was counted on the way."""
        tracks, ignored = linked.tracks, len(self.classes)
        name = tracks.video.name
        write_json(dict(counts), self._counts(name))
        classes, labels = (*self.classes, IGNORED), np.where(tracks.ignore, ignored, tracks.labels)
        tracks = replace(tracks, labels=labels, ignore=np.zeros(len(tracks), bool), track_scores={})
        frame_files.write(VideoSet(classes, (tracks,), tuple(range(len(classes)))), self._place('tracks', name))

    def read_tracks(self, name: str) -> tuple[VideoTracks, dict[str, Any]]:
        """What `write_tracks` stored."""
        tracks, = frame_files.read(self._place('tracks', name)).videos
        ignore = tracks.labels == len(self.classes)
        tracks = replace(tracks, labels=np.where(ignore, -1, tracks.labels), ignore=ignore)
        return tracks, read_json(self._counts(name))

    def write_failure(self, name: str, reason: str) -> None:
        """Note why a video could not be mined."""
        with open_atomic(self._failure(name)) as file:
            file.write(reason)

    def forget_failure(self, name: str) -> None:
        """A video is mined after all."""
        with suppress(FileNotFoundError):
            self._failure(name).unlink()

    def failure(self, name: str) -> str | None:
        """Why a video could not be mined; `None` if it could."""
        path = self._failure(name)
        return path.read_text(encoding='utf-8') if path.exists() else None

    def _place(self, stage: str, name: str) -> Path:
        """What is there when a stage is done with a video."""
        return self.root / stage / (name + {'images': '', 'segments': '.npz', 'tracks': '.json'}[stage])

    def _counts(self, name: str) -> Path:
        return self.root / 'counts' / f'{name}.json'

    def _failure(self, name: str) -> Path:
        return self.root / 'failed' / f'{name}.txt'
