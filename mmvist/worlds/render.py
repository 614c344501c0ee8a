"""From a scene to the pixels of one frame, and which surface each pixel shows.

Every surface is a plane, so its image is a homography and its inverse depth is affine in the pixel. Static planes are
resolved by inverse depth; upright pictures all face along the street, so painting them from far to near is exact too.
"""

from dataclasses import dataclass

import cv2
import numpy as np

from mmvist.worlds.backdrop import SKY, resolve_street
from mmvist.worlds.camera import Camera
from mmvist.worlds.plane import NEAREST, Plane, Texture, View, windows
from mmvist.worlds.scene import Scene, lie, stand

OPAQUE = 128  # alpha from which a pixel belongs to the picture
AIR = np.array([226, 222, 214], np.float32)
SHADOW = 0.5  # how much of the light the darkest part of a shadow takes
SHADOW_RANGE = 2.0, 40.0  # metres before the camera in which a shadow is more than a pixel and less than everything


@dataclass(frozen=True, eq=False)
class Frame:
    """One rendered frame.

    Attributes:
        image: (H, W, 3) uint8 BGR.
        surfaces: (H, W) int16; 0 is the sky, then the street's planes, then the actors, then the furniture.
        inverse_depth: (H, W) float64 in 1/m, 0 for the sky.
        silhouettes: (K, 2) int64, pixels of each actor's outline if nothing stood before it: anywhere, and those
            inside the image.
    """

    image: np.ndarray
    surfaces: np.ndarray
    inverse_depth: np.ndarray
    silhouettes: np.ndarray


def render(scene: Scene, frame: int) -> Frame:
    """Render one frame of a scene without noise."""
    camera, street = scene.cameras[frame], scene.street
    image, surfaces, nearness = resolve_street(street, camera)
    image = image.astype(np.float32)
    pictures = [(actor.texture, actor.path[frame]) for actor in scene.actors] + list(street.furniture)
    on_ground = (surfaces > SKY) & (surfaces <= street.num_ground)
    for texture, foot in pictures:
        _cast_shadow(image, on_ground, texture, foot, camera)
    clear = _clearness(np.maximum(nearness, 1e-9).astype(np.float32), street.haze)
    clear[surfaces == SKY] = 1
    image = AIR + (image - AIR) * clear[..., None]
    silhouettes = np.zeros((len(scene.actors), 2), np.int64)
    walls = nearness.copy()
    for index in np.argsort([-foot[2] for _, foot in pictures], kind='stable').tolist():
        areas = _paint_picture(image, surfaces, nearness, walls, stand(*pictures[index]), camera,
                               1 + len(street.planes) + index, street.haze)
        if index < len(silhouettes):
            silhouettes[index] = areas
    exposed = cv2.multiply(image, (*street.gain, 0.0), dtype=cv2.CV_8U)  # rounds and saturates
    return Frame(exposed, surfaces, nearness, silhouettes)


def _clearness(nearness: np.ndarray, haze: float) -> np.ndarray:
    """Share of the contrast that the air leaves."""
    return np.exp(np.float32(-1 / haze) / nearness)


def _soft_disc() -> Texture:
    x, y = np.meshgrid(np.linspace(-1, 1, 64), np.linspace(-1, 1, 64))
    dark = np.clip(1.2 - 1.2 * (x ** 2 + y ** 2) ** 2, 0, 1) * 255
    return Texture(np.repeat(dark[..., None], 3, axis=2).astype(np.uint8), (64.0, 64.0))


SOFT_DISC = _soft_disc()


def _cast_shadow(image: np.ndarray, on_ground: np.ndarray, texture: Texture, foot: np.ndarray, camera: Camera) -> None:
    """Darken the ground around a picture's foot."""
    if not SHADOW_RANGE[0] < foot[2] - camera.position[2] < SHADOW_RANGE[1]:
        return
    width = texture.size[0] * 1.15
    plane = lie(SOFT_DISC, foot, width, max(0.5 * width, 0.5))
    x0, y0, x1, y1 = box = windows(plane.corners[None], camera, margin=0)[0].tolist()
    part = np.s_[y0:y1, x0:x1]
    if not on_ground[part].any():
        return
    centre, _ = camera.project(foot)
    dark = SOFT_DISC.warp(View(camera, plane.basis), box, tuple(centre), cv2.BORDER_CONSTANT)
    image[part] *= 1 - dark * (on_ground[part][..., None] * np.float32(SHADOW / 255))


def _paint_picture(image: np.ndarray, surfaces: np.ndarray, nearness: np.ndarray, walls: np.ndarray,
                   plane: Plane, camera: Camera, index: int, haze: float) -> tuple[int, int]:
    """Blend one upright picture in, where it is before the walls and over every picture painted so far.

    Returns:
        Pixels of its outline, anywhere and inside the image.
    """
    if plane.origin[2] - camera.position[2] < NEAREST:
        return 0, 0
    x0, y0, x1, y1 = box = windows(plane.corners[None], camera, margin=1)[0].tolist()
    if x0 >= x1 or y0 >= y1:
        return 0, 0
    view = View(camera, plane.basis)
    colours = plane.texture.warp(view, box, ((x0 + x1) / 2, (y0 + y1) / 2), cv2.BORDER_CONSTANT)
    total = int(np.count_nonzero(colours[..., 3] >= OPAQUE))
    left, top, right, bottom = max(x0, 0), max(y0, 0), min(x1, camera.width), min(y1, camera.height)
    if left >= right or top >= bottom:
        return total, 0
    colours = colours[top - y0:bottom - y0, left - x0:right - x0]
    part = np.s_[top:bottom, left:right]
    own = view.inverse_depth(np.arange(left, right), np.arange(top, bottom))
    before = own > walls[part]
    inside = colours[..., 3] >= OPAQUE
    opacity = colours[..., 3:] * (before[..., None] * np.float32(1 / 255))
    clear = _clearness(own.astype(np.float32), haze)[..., None]
    light = colours[..., :3] * (before[..., None] * clear) + AIR * (opacity * (1 - clear))
    image[part] = image[part] * (1 - opacity) + light
    mine = inside & before
    np.copyto(surfaces[part], np.int16(index), where=mine)
    np.copyto(nearness[part], own, where=mine)
    return total, int(np.count_nonzero(inside))
