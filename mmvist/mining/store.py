"""Where a mining run keeps what: one file a video and stage, so that it can be interrupted anywhere and go on."""

import json
import shutil
from collections.abc import Mapping, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np

from mmvist.io import frame_files
from mmvist.io.atomic import open_atomic
from mmvist.io.detections import DetectionsReader, DetectionsWriter
from mmvist.io.json_file import read_json, write_json
from mmvist.mining.linkers import Linked
from mmvist.mining.raw_videos import RawVideo
from mmvist.mining.segments import IGNORED
from mmvist.structures import VideoSet, VideoTracks
from mmvist.structures.detections import VideoDetections

# What is done with a video, in order. The last two are described, and may be done anew.
STAGES = {'images': '', 'segments': '.npz', 'tracks': '.json'}
DESCRIBED = ('segments', 'tracks')


class Store:
    """The folder of a mining run.

    ```
    sources/<video>.json                  where a video came from
    images/<video>/<frame>.jpg            its frames, numbered from 0
    segments.json  segments/<video>.npz   how segments were found, and what was found: a detections file
    tracks.json    tracks/<video>.json    how they were linked, and the tracks: frame JSON, 'ignore' the last class
                   counts/<video>.json    what was counted on the way
    flow/<digest>/<video>/<frame>.png     where it is kept, by what estimated it
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
        """Make sure that what is there was made as it would be made now, and note how that is.

        Args:
            stage: 'segments' or 'tracks'.
            description: All that its results depend on.

        Raises:
            ValueError: It was made differently.
        """
        path, wanted = self.root / f'{stage}.json', _as_json(description)
        if path.exists() and any(self._place(stage, '').parent.glob(f'*{STAGES[stage]}')):
            found = read_json(path)
            keys = [key for key in sorted({*found, *wanted}) if found.get(key) != wanted.get(key)]
            if keys:
                raise ValueError(f'{path}: {stage} of this folder were made with another {", ".join(keys)}; use '
                                 f'another folder, or have all of them made anew with --redo {stage}')
        write_json(wanted, path)

    def forget(self, stage: str) -> None:
        """Throw away what a stage, and those after it, have made of all videos."""
        for later in DESCRIBED[DESCRIBED.index(stage):]:
            shutil.rmtree(self.root / later, ignore_errors=True)
        shutil.rmtree(self.root / 'counts', ignore_errors=True)

    def begin(self, video: RawVideo) -> None:
        """Throw away all that was made of a video of this name unless it was this one, as it is now."""
        path, signature = self._source(video.name), _as_json(video.signature())
        if path.exists() and read_json(path)['signature'] == signature:
            return
        for stage in STAGES:
            place = self._place(stage, video.name)
            shutil.rmtree(place, ignore_errors=True) if place.is_dir() else place.unlink(missing_ok=True)
        for flow in self.root.glob(f'flow/*/{video.name}'):
            shutil.rmtree(flow)
        write_json({'signature': signature, 'fps': None}, path)

    def write_fps(self, name: str, fps: float | None) -> None:
        """Note how many frames a second a video has."""
        write_json({**read_json(self._source(name)), 'fps': fps}, self._source(name))

    def read_fps(self, name: str) -> float | None:
        """What `write_fps` noted."""
        return read_json(self._source(name))['fps']

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

    def write_failure(self, name: str, reason: str, details: str) -> None:
        """Note why a video could not be mined, in a line and at length."""
        with open_atomic(self.failure_file(name)) as file:
            file.write(f'{reason}\n\n{details}'.encode('utf-8', 'backslashreplace').decode())

    def forget_failure(self, name: str) -> None:
        """A video is mined after all."""
        self.failure_file(name).unlink(missing_ok=True)

    def failure(self, name: str) -> str | None:
        """Why a video could not be mined, in a line; `None` if it could."""
        path = self.failure_file(name)
        return path.read_text(encoding='utf-8').partition('\n')[0] if path.exists() else None

    def failure_file(self, name: str) -> Path:
        """Where it is told why a video could not be mined."""
        return self.root / 'failed' / f'{name}.txt'

    def sweep(self) -> None:
        """Throw away what a run that was killed was writing; only while no process writes."""
        for folder in (*STAGES, 'counts', 'failed', 'sources'):
            for left in (self.root / folder).glob('.*.tmp'):
                shutil.rmtree(left) if left.is_dir() else left.unlink()

    def _place(self, stage: str, name: str) -> Path:
        """What is there when a stage is done with a video."""
        return self.root / stage / f'{name}{STAGES[stage]}'

    def _source(self, name: str) -> Path:
        return self.root / 'sources' / f'{name}.json'

    def _counts(self, name: str) -> Path:
        return self.root / 'counts' / f'{name}.json'


def _as_json(data: Any) -> Any:
    """Data as they come back from a file."""
    return json.loads(json.dumps(data, default=str))
