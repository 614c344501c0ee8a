"""Sky, ground and house fronts as the camera sees them."""

import cv2
import numpy as np

from mmvist.worlds.camera import Camera
from mmvist.worlds.plane import View, windows
from mmvist.worlds.street import Street

SKY = 0
FEW_PIXELS = 600  # below which a plane is read from one reduced texture, whatever its depths


def resolve_street(street: Street, camera: Camera) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Find which static plane each pixel shows, and paint it.

    Args:
        street: What stands still.
        camera: Where it is seen from.

    Returns:
        Colours (H, W, 3) uint8, surfaces (H, W) int16 (0: sky, k: plane k - 1), inverse depth (H, W) float64 in 1/m,
        0 for the sky.
    """
    surfaces = np.zeros((camera.height, camera.width), np.int16)
    nearness = np.zeros(surfaces.shape)
    xs, ys = np.arange(camera.width), np.arange(camera.height)
    views = {}
    boxes = windows(street.corners, camera, margin=0)
    for index in np.flatnonzero((boxes[:, :2] < boxes[:, 2:]).all(axis=1)).tolist():
        x0, y0, x1, y1 = boxes[index].tolist()
        plane = street.planes[index]
        views[index] = view = View(camera, plane.basis)
        candidate = view.cut_out(plane.texture.size, xs[x0:x1], ys[y0:y1])
        part = np.s_[y0:y1, x0:x1]
        closer = candidate > nearness[part]
        np.copyto(nearness[part], candidate, where=closer)
        np.copyto(surfaces[part], np.int16(index + 1), where=closer)
    # The sky does not move with the camera: a plane that is always one metre ahead of it, turned with the world.
    follows = street.sky.basis + np.outer(camera.position, [0, 0, 1])
    image = street.sky.texture.warp(View(camera, follows), (0, 0, camera.width, camera.height),
                                    (camera.width / 2, camera.height / 2), cv2.BORDER_REPLICATE)
    # A plane's footprint changes with its depth; each half octave of depth is read from its own reduced texture.
    octaves = np.floor(-2 * np.log2(np.maximum(nearness, 1e-6))).astype(np.int8)
    for index, view in views.items():
        x0, y0, x1, y1 = boxes[index].tolist()
        part = np.s_[y0:y1, x0:x1]
        mine = surfaces[part] == index + 1
        steps = octaves[part][mine]
        if len(steps) == 0:
            continue
        whole = len(steps) < FEW_PIXELS
        for step in range(int(steps.min()), int(steps.min() if whole else steps.max()) + 1):
            band = (mine if whole else mine & (octaves[part] == step)).astype(np.uint8)
            left, top, width, height = cv2.boundingRect(band)
            if width == 0:
                continue
            band = band[top:top + height, left:left + width]
            box = (x0 + left, y0 + top, x0 + left + width, y0 + top + height)
            rows, columns = np.nonzero(band)
            at = (box[0] + int(columns[len(columns) // 2]), box[1] + int(rows[len(rows) // 2]))
            colours = street.planes[index].texture.warp(view, box, at, cv2.BORDER_REPLICATE)
            cv2.copyTo(colours, band, image[box[1]:box[3], box[0]:box[2]])
    return image, surfaces, nearness
