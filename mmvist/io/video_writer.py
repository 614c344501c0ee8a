"""Frames into an mp4, one at a time."""

import os
import weakref
from pathlib import Path

import cv2
import numpy as np

from mmvist.io.image import check_image

MAX_FPS = 1000.0


class VideoWriter:
    """Streams frames into an mp4 (MPEG-4 part 2), which appears once it is closed without an error.

    As a context manager it closes, or discards what it has when the block raises. A row or column is repeated where
    the size is odd, which the codec does not take.

    Args:
        path: Where the video is to appear; its name ends in .mp4.
        fps: Frames a second.

    Raises:
        ValueError: The name ends otherwise, or the rate is not in (0, 1000].
    """

    def __init__(self, path: str | Path, fps: float) -> None:
        self.path, self.fps = Path(path), fps
        if self.path.suffix.lower() != '.mp4':
            raise ValueError(f'{path}: a video must be named *.mp4')
        if not 0 < fps <= MAX_FPS:
            raise ValueError(f'{path}: fps must lie in 0..{MAX_FPS:g}, got {fps}')
        self.num_frames = 0
        self._shape: tuple[int, ...] = ()
        self._temporary = self.path.with_name(f'.{self.path.stem}.{os.getpid()}.tmp.mp4')
        # Also runs when a writer is forgotten or the program ends, so that no half video stays behind.
        self._discard = weakref.finalize(self, self._temporary.unlink, missing_ok=True)

    def __enter__(self) -> 'VideoWriter':
        return self

    def __exit__(self, error: type[BaseException] | None, *_: object) -> None:
        if error is None:
            self.close()
        else:
            self.discard()

    def write(self, image: np.ndarray) -> None:
        """Append a frame (H, W, 3) uint8 BGR of the first one's size."""
        check_image(image, f'{self.path}, frame {self.num_frames}')
        if not self.num_frames:
            self._open(image.shape)
        if image.shape != self._shape:
            raise ValueError(f'{self.path}: frame {self.num_frames} must have shape {self._shape}, got {image.shape}')
        odd_rows, odd_columns = (size % 2 for size in image.shape[:2])
        if odd_rows or odd_columns:
            image = cv2.copyMakeBorder(image, 0, odd_rows, 0, odd_columns, cv2.BORDER_REPLICATE)
        self._writer.write(np.ascontiguousarray(image))
        self.num_frames += 1

    def close(self) -> None:
        """Complete the file and give it its name.

        Raises:
            ValueError: No frame was written.
            OSError: The file does not hold all frames; the disk may be full.
        """
        if not self.num_frames:
            raise ValueError(f'{self.path}: a video needs at least one frame, none was written')
        self._writer.release()
        # OpenCV does not tell when writing fails.
        capture = cv2.VideoCapture(str(self._temporary))
        stored = int(capture.get(cv2.CAP_PROP_FRAME_COUNT))
        capture.release()
        if stored != self.num_frames:
            self.discard()
            raise OSError(f'{self.path}: {self.num_frames} frames were written, {stored} arrived; is the disk full?')
        os.replace(self._temporary, self.path)
        self._discard.detach()

    def discard(self) -> None:
        """Give up: remove what was written; a file that had this name before stays."""
        if self.num_frames:
            self._writer.release()
        self._discard()

    def _open(self, shape: tuple[int, ...]) -> None:
        self.path.parent.mkdir(parents=True, exist_ok=True)
        height, width = (size + size % 2 for size in shape[:2])
        # The codec counts time in steps of at most 1/65535 s, so more decimals than three may be refused.
        self._writer = cv2.VideoWriter(str(self._temporary), cv2.CAP_FFMPEG, cv2.VideoWriter_fourcc(*'mp4v'),
                                       round(self.fps, 3), (width, height))
        if not self._writer.isOpened():
            raise OSError(f'{self.path}: OpenCV cannot write {height}x{width} (HxW) mp4 at {self.fps} frames a second')
        self._shape = shape
