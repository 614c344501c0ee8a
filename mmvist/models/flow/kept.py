"""Flow that is estimated once."""

from pathlib import Path

import numpy as np
from torch import Tensor, nn

from mmvist.io.flow import SEEN, write_flow
from mmvist.models.flow.base import Flow
from mmvist.models.flow.files import FileFlow
from mmvist.structures.frames import Frame


class KeptFlow(nn.Module):
    """Flow that is stored when it is estimated, as KITTI's images, and read from then on.

    What is stored is read back at once, so that it does not matter to results which of the two happened.

    Args:
        flow: What estimates it, at the size of the video.
        root: Folder of the files, {video}/{frame:05d}.png.
    """

    needs_image = True

    def __init__(self, flow: Flow, root: str | Path) -> None:
        super().__init__()
        self.flow, self.files = flow, FileFlow(str(root))

    def forward(self, image: Tensor, previous: Tensor, frame: Frame) -> Tensor:
        """Flow (2, H, W) from a frame to the one before it; see `Flow`."""
        path = self.files.path_of(frame)
        if not path.exists():
            flow = self.flow(image, previous, frame).cpu().numpy().transpose(1, 2, 0)
            write_flow(flow, np.full(flow.shape[:2], SEEN), path)
        return self.files(image, previous, frame)
