"""Images and objects of a clip from their files."""

from dataclasses import replace

import numpy as np

from mmvist.datasets.clip import Clip, ClipFrame, Objects
from mmvist.io.image import read_image
from mmvist.registry import TRANSFORMS
from mmvist.structures import Video, rle


class BrokenFrameError(ValueError):
    """An image is missing, cannot be decoded, or has another size than the video; the message names it."""


@TRANSFORMS.register_module()
class LoadFrames:
    """Reads the image of every frame that has none yet.

    Raises:
        BrokenFrameError: An image is missing, cannot be decoded, or has another size than the video.
    """

    def transform(self, clip: Clip, rng: np.random.Generator) -> Clip:
        """Set `image`; how the camera was held (EXIF) is left aside, as annotations are made on the stored pixels."""
        return clip.map(lambda frame: frame if frame.image is not None
                        else replace(frame, image=load_image(frame.path, clip.video)))


@TRANSFORMS.register_module()
class BlankFrames:
    """Gives every frame a black image of the video's size, where nothing looks at images but their size matters."""

    def transform(self, clip: Clip, rng: np.random.Generator) -> Clip:
        """Set `image`; it is read-only and takes no memory.

        Raises:
            ValueError: The video's size is not known.
        """
        video = clip.video
        if 0 in (video.height, video.width):
            raise ValueError(f'BlankFrames: the annotations do not tell the size of video {video.name}, '
                             f'got {video.height}x{video.width} (height x width)')
        blank = np.broadcast_to(np.uint8(0), (video.height, video.width, 3))
        return clip.map(lambda frame: replace(frame, image=blank))


def load_image(path: str, video: Video) -> np.ndarray:
    """Image (H, W, 3) uint8, BGR, of the video's size.

    Raises:
        BrokenFrameError: The image is missing, cannot be decoded, or has another size.
    """
    try:
        image = read_image(path, upright=False)
    except OSError as error:
        raise BrokenFrameError(f'{path}: cannot be read: {error.strerror}') from None
    except ValueError as error:
        raise BrokenFrameError(str(error)) from None
    if image.shape[:2] != (video.height, video.width):
        raise BrokenFrameError(f'{path}: is {image.shape[0]}x{image.shape[1]}, the annotations of video {video.name} '
                               f'are {video.height}x{video.width} (height x width)')
    return image


@TRANSFORMS.register_module()
class LoadTracks:
    """Decodes the objects of every frame."""

    def transform(self, clip: Clip, rng: np.random.Generator) -> Clip:
        """Set `objects`, in original pixels.

        Raises:
            ValueError: The clip carries no annotations.
        """
        return clip.map(lambda frame: replace(frame, objects=_objects(frame, clip.video)))


def _objects(frame: ClipFrame, video: Video) -> Objects:
    rows = frame.annotations
    if rows is None:
        raise ValueError(f'LoadTracks: {frame.path} comes without annotations; a pipeline for testing must not load '
                         'them')
    masks = rle.decode_all(rows.masks, video.height, video.width).view(np.uint8)
    return Objects(rows.bboxes, rows.labels, rows.ids, rows.ignore, masks)
