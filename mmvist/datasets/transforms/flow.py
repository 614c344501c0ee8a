"""True optical flow of the frames of a clip."""

from dataclasses import replace
from pathlib import Path

import numpy as np

from mmvist.datasets.clip import Clip, ClipFrame
from mmvist.io.flow import UNKNOWN, check_path, read_flow
from mmvist.registry import TRANSFORMS
from mmvist.structures import Video


@TRANSFORMS.register_module()
class LoadFlow:
    """Reads flow between the successive frames of a clip; before other transforms, as files are of the video's size.

    Args:
        backward: File of the flow from a frame to the one before it, from the video's name and the frame's number, such
            as 'data/flow/{video}/{frame:05d}.png'; see `mmvist.io.flow.read_flow`. Where there is no file, nothing is
            known.
        forward: The same to the frame after it.
    """

    def __init__(self, backward: str, forward: str) -> None:
        for path in (backward, forward):
            check_path('LoadFlow', path)
        self.backward, self.forward = backward, forward

    def transform(self, clip: Clip, rng: np.random.Generator) -> Clip | None:
        """Set `flow` of all frames but the first, `flow_ahead` of all but the last; `None` where nothing is known.

        Raises:
            ValueError: A file is broken, or not of the video's size, or images were changed before.
        """
        frames = list(clip.frames)
        if any(frame.flip or frame.scale != (1.0, 1.0) for frame in frames):
            raise ValueError('LoadFlow: must come before images are resized or mirrored, as files are of the video\'s '
                             'size')
        for place, (before, after) in enumerate(zip(clip.frames[:-1], clip.frames[1:], strict=True)):
            follows = after.index == before.index + 1
            frames[place] = replace(frames[place], flow_ahead=self._read(self.forward, before, clip.video, follows))
            frames[place + 1] = replace(frames[place + 1],
                                        flow=self._read(self.backward, after, clip.video, follows))
        clip = replace(clip, frames=tuple(frames))
        return clip if clip.has_flow() else None

    def _read(self, path: str, frame: ClipFrame, video: Video, follows: bool) -> np.ndarray:
        file = Path(path.format(video=video.name, frame=frame.index))
        if not follows or not file.exists():
            return np.zeros((video.height, video.width, 3), np.float32)
        flow, known = read_flow(file)
        if known.shape != (video.height, video.width):
            raise ValueError(f'{file}: must be of the size of video {video.name}, {video.height}x{video.width} (HxW), '
                             f'got {known.shape[0]}x{known.shape[1]}')
        known = known != UNKNOWN
        return np.dstack([flow * known[..., None], known]).astype(np.float32)
