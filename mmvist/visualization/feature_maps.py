"""Maps that a result keeps of its frame, laid over the image."""

import cv2
import numpy as np

from mmvist.structures import FrameResult
from mmvist.structures.nearest import nearest
from mmvist.visualization.outline import outline


def feature_map(result: FrameResult, name: str) -> np.ndarray:
    """A feature of a result, (C, h, w) float32 of the whole image.

    Raises:
        ValueError: The result does not keep it.
    """
    if name not in result.features:
        raise ValueError(f'video {result.video.name}, frame {result.frame}: the result keeps no features {name!r} to '
                         f'draw; name it in model.result_features, and in model.detector.predicts where the detector '
                         'makes it on demand only (--panels of track.py and test.py does both)')
    return result.features[name]


def instance_map(result: FrameResult, height: int, width: int) -> np.ndarray:
    """Which instance each pixel of a map of the image belongs to, by nearest pixel centres.

    Returns:
        (height, width) int64, rows of the result, the highest score's where masks overlap, or -1.
    """
    video = result.video
    rows = np.full((video.height, video.width), -1)
    for row in np.argsort(result.scores, kind='stable').tolist():
        mask = result.masks[row]
        area = None if mask is None else outline(mask, video.height, video.width)
        if area is not None:
            area.window(rows)[area.inside > 0] = row
    return rows[nearest(video.height, height)[:, None], nearest(video.width, width)]


def laid_over(picture: np.ndarray, image: np.ndarray) -> np.ndarray:
    """A picture (h, w, 3) of the whole image at the size of the image, by nearest pixel centres.

    Between two colours of a map there may be one that means something else.
    """
    return cv2.resize(picture, image.shape[1::-1], interpolation=cv2.INTER_NEAREST_EXACT)
