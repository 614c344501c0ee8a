"""Flow that is on disk."""

from pathlib import Path

import cv2
import numpy as np
import torch
from torch import Tensor

from mmvist.io.flow import NOWHERE, SEEN, check_path, read_flow
from mmvist.registry import MODELS
from mmvist.structures.frames import Frame


@MODELS.register_module()
class FileFlow:
    """Optical flow from files that another program, or an earlier run, has left: KITTI's images, or `.flo`.

    What a file does not know, or knows to be hidden in the frame before, comes from nowhere.

    Args:
        root: Folder of the files.
        path: Where below it the flow from a frame to the one before it lies, from the name of the video and the frame's
            number, such as '{video}/{frame:05d}.png' or, with the first frame's number 0, '{video}_{frame:06d}.flo'.
    """

    needs_image = False

    def __init__(self, root: str, path: str = '{video}/{frame:05d}.png') -> None:
        check_path('FileFlow', path)
        self.root, self.path = Path(root), path

    def __call__(self, image: Tensor, previous: Tensor, frame: Frame) -> Tensor:
        """Flow (2, H, W) from a frame to the one before it; see `Flow`.

        Raises:
            FileNotFoundError: There is no such file.
            ValueError: It cannot be read, or is not of the size of the video.
        """
        path = self.path_of(frame)
        flow, known = read_flow(path)
        height, width = frame.video.height, frame.video.width
        if known.shape != (height, width):
            raise ValueError(f'{path}: must be of the size of video {frame.video.name}, {height}x{width} (HxW), got '
                             f'{known.shape[0]}x{known.shape[1]}')
        height, width = image.shape[1:]
        if known.shape != (height, width):
            factors = np.float32([width / known.shape[1], height / known.shape[0]])
            # Flow of places that are unknown must not leak into that of their neighbours.
            flow, known = (cv2.resize(layer, (width, height), interpolation=cv2.INTER_NEAREST)
                           for layer in (flow, known))
            flow = flow * factors
        flow = np.where(known[..., None] == SEEN, flow, np.float32(NOWHERE))
        return torch.from_numpy(np.ascontiguousarray(flow.transpose(2, 0, 1))).to(image.device)

    def path_of(self, frame: Frame) -> Path:
        """The file of the flow from a frame to the one before it."""
        return self.root / self.path.format(video=frame.video.name, frame=frame.index)
