"""What an estimator of optical flow is."""

from typing import Protocol

from torch import Tensor

from mmvist.structures.frames import Frame


class Flow(Protocol):
    """Tells where each pixel of a frame was in the frame before.

    Attributes:
        needs_image: Whether images must be there.
    """

    needs_image: bool

    def __call__(self, image: Tensor, previous: Tensor, frame: Frame) -> Tensor:
        """Flow from a frame to the one before it.

        Args:
            image: (3, H, W) the frame as the network gets it, without padding.
            previous: (3, H, W) the frame before.
            frame: The frame that `image` is of.

        Returns:
            (2, H, W) float32, in pixels: p of the frame shows what p + flow(p) of the frame before shows; (x, y). Where
            the estimator knows that nothing of the frame before is meant, this is far outside of the image.
        """
