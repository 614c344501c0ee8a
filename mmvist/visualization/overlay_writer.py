"""The drawn files of one video."""

from pathlib import Path
from types import TracebackType

import numpy as np

from mmvist.io.video_writer import VideoWriter
from mmvist.structures import FrameResult, Video
from mmvist.visualization.overlay import Overlay
from mmvist.visualization.panels import Panels
from mmvist.visualization.strip import TrackStrip


class OverlayWriter:
    """Writes a video with its instances drawn, and the film strips of its tracks, as its frames come.

    `<name>.mp4` and `strips/<name>.png` appear when it is closed; as a context manager it closes, or discards both when
    the block raises. A video without tracks has no strip.

    Args:
        out_dir: Where the files are to appear; a `/` in the video's name becomes `_`.
        video: The video.
        overlay: What is drawn.
        fps: Frames a second.
    """

    def __init__(self, out_dir: str | Path, video: Video, overlay: Overlay | Panels, fps: float) -> None:
        name = video.name.replace('/', '_')
        self.overlay, self.strip = overlay, TrackStrip()
        self.strip_path = Path(out_dir) / 'strips' / f'{name}.png'
        self._video = VideoWriter(Path(out_dir) / f'{name}.mp4', fps)

    def __enter__(self) -> 'OverlayWriter':
        return self

    def __exit__(self, error: type[BaseException] | None, _: BaseException | None, __: TracebackType | None) -> None:
        if error is None:
            self.close()
        else:
            self._video.discard()

    def write(self, image: np.ndarray, result: FrameResult) -> None:
        """Draw and append a frame.

        Args:
            image: (H, W, 3) uint8 BGR of the video's size; not modified.
            result: Its instances.
        """
        self._video.write(self.overlay.draw(image, result))
        self.strip.add(image, result)

    def close(self) -> None:
        """Complete the files."""
        self._video.close()
        self.strip.save(self.strip_path, self.overlay.classes)
