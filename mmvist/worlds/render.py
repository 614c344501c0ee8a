"""From a scene to the pixels of one frame, and which surface each pixel shows.

Every surface is a plane, so its image is a homography and its inverse depth is affine in the pixel. Static planes are
resolved by inverse depth; upright pictures all face along the street, so painting them from far to near is exact too.
"""

from dataclasses import dataclass

import cv2
import numpy as np

from mmvist.worlds.camera import Camera
from mmvist.worlds.ground import SKY_SPAN
from mmvist.worlds.plane import Plane, Texture, inverse_depth
from mmvist.worlds.scene import Scene, lie, stand
from mmvist.worlds.street import DOWN, RIGHT, Street

NEAREST = 0.5  # metres before the camera from which pictures are drawn
SKY = 0
OPAQUE = 128  # alpha from which a pixel belongs to the picture
AIR = np.array([226, 222, 214], np.float32)
SHADOW = 0.5  # how much of the light the darkest part of a shadow takes


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
    surfaces, nearness = _resolve(street, camera)
    image = _paint_street(street, camera, surfaces, nearness)
    pictures = [(actor.texture, actor.path[frame]) for actor in scene.actors]
    pictures += [(texture, np.array([x, 0.0, z])) for texture, x, z in street.furniture]
    ground = surfaces <= 3
    for texture, foot in pictures:
        _cast_shadow(image, ground & (surfaces > SKY), texture, foot, camera)
    silhouettes = np.zeros((len(scene.actors), 2), np.int64)
    depths = np.array([foot[2] for _, foot in pictures])
    haze = 1 - np.exp(-np.divide(1, nearness, out=np.full_like(nearness, np.inf), where=nearness > 0) / street.haze)
    haze[surfaces == SKY] = 0
    image += (AIR - image) * haze[..., None].astype(np.float32)
    for index in np.argsort(-depths, kind='stable').tolist():
        texture, foot = pictures[index]
        areas = _paint_picture(image, surfaces, nearness, stand(texture, foot), camera,
                               1 + len(street.planes) + index, street.haze)
        if index < len(silhouettes):
            silhouettes[index] = areas
    return Frame(np.clip(image * street.gain, 0, 255).round().astype(np.uint8), surfaces, nearness, silhouettes)


def _resolve(street: Street, camera: Camera) -> tuple[np.ndarray, np.ndarray]:
    """Which static plane each pixel shows, and its inverse depth."""
    surfaces = np.zeros((camera.height, camera.width), np.int16)
    nearness = np.zeros(surfaces.shape)
    for index, plane in enumerate(street.planes, start=1):
        x0, y0, x1, y1 = _window(plane, camera, 0)
        if x0 >= x1 or y0 >= y1:
            continue
        candidate = inverse_depth(plane, plane.homography(camera), np.arange(x0, x1), np.arange(y0, y1))
        part = np.s_[y0:y1, x0:x1]
        closer = candidate > nearness[part]
        nearness[part][closer] = candidate[closer]
        surfaces[part][closer] = index
    return surfaces, nearness


def _window(plane: Plane, camera: Camera, margin: int) -> tuple[int, int, int, int]:
    """Pixels x0, y0, x1, y1 a plane may reach, within `margin` image sizes around the image; all when it is near."""
    corners = plane.corners()
    depth = (corners - camera.position) @ camera.pose[:3, 2]
    limits = np.array([camera.width, camera.height])
    low, high = -margin * limits, (1 + margin) * limits
    if depth.max() < NEAREST:
        return 0, 0, 0, 0
    if depth.min() >= NEAREST:
        pixels, _ = camera.project(corners)
        first = np.clip(np.floor(pixels.min(axis=0)), low, high).astype(int)
        last = np.clip(np.ceil(pixels.max(axis=0)) + 1, low, high).astype(int)
        low, high = first, last
    return int(low[0]), int(low[1]), int(high[0]), int(high[1])


def _paint_street(street: Street, camera: Camera, surfaces: np.ndarray, nearness: np.ndarray) -> np.ndarray:
    """Colours (H, W, 3) float32 of sky and static planes."""
    whole = (0, 0, camera.width, camera.height)
    far = np.array([SKY_SPAN[0], SKY_SPAN[1], 1.0])
    image = street.sky.warp(camera.projection @ np.stack([RIGHT, DOWN, far], axis=1), whole,
                            (camera.width / 2, camera.height / 2), cv2.BORDER_REPLICATE)
    for index in np.unique(surfaces[surfaces > SKY]).tolist():
        plane = street.planes[index - 1]
        homography = plane.homography(camera)
        mine = surfaces == index
        # A plane's footprint changes with its depth; each half octave of depth is read from its own reduced texture.
        octave = np.zeros(mine.shape, np.int8)
        octave[mine] = np.floor(-2 * np.log2(nearness[mine]))
        for step in np.unique(octave[mine]).tolist():
            band = mine & (octave == step)
            rows, columns = np.flatnonzero(band.any(axis=1)), np.flatnonzero(band.any(axis=0))
            x0, y0, x1, y1 = columns[0], rows[0], columns[-1] + 1, rows[-1] + 1
            y, x = np.nonzero(band)
            middle = len(y) // 2
            colours = plane.texture.warp(homography, (x0, y0, x1, y1), (x[middle], y[middle]), cv2.BORDER_REPLICATE)
            cv2.copyTo(colours, band[y0:y1, x0:x1].astype(np.uint8), image[y0:y1, x0:x1])
    return image.astype(np.float32)


def _soft_disc() -> Texture:
    x, y = np.meshgrid(np.linspace(-1, 1, 64), np.linspace(-1, 1, 64))
    dark = np.clip(1.2 - 1.2 * (x ** 2 + y ** 2) ** 2, 0, 1) * 255
    return Texture(np.repeat(dark[..., None], 3, axis=2).astype(np.uint8), (64.0, 64.0))


SOFT_DISC = _soft_disc()


def _cast_shadow(image: np.ndarray, ground: np.ndarray, texture: Texture, foot: np.ndarray, camera: Camera) -> None:
    """Darken the ground around a picture's foot."""
    width = texture.size[0] * 1.15
    shape = Texture(SOFT_DISC.pixels, (64 / width, 64 / max(0.5 * width, 0.5)))
    plane = lie(shape, foot)
    box = _window(plane, camera, 0)
    if foot[2] - camera.position[2] < 2 or box[0] >= box[2] or box[1] >= box[3]:
        return
    centre, _ = camera.project(foot)
    dark = shape.warp(plane.homography(camera), box, tuple(centre), cv2.BORDER_CONSTANT)
    part = np.s_[box[1]:box[3], box[0]:box[2]]
    image[part] *= 1 - dark * (ground[part][..., None] * np.float32(SHADOW / 255))


def _paint_picture(image: np.ndarray, surfaces: np.ndarray, nearness: np.ndarray, plane: Plane, camera: Camera,
                   index: int, haze: float) -> tuple[int, int]:
    """Blend one upright picture in; returns the pixels of its outline, anywhere and inside the image."""
    if plane.corners()[0, 2] - camera.position[2] < NEAREST:
        return 0, 0
    x0, y0, x1, y1 = box = _window(plane, camera, 1)
    if x0 >= x1 or y0 >= y1:
        return 0, 0
    homography = plane.homography(camera)
    colours = plane.texture.warp(homography, box, ((x0 + x1) / 2, (y0 + y1) / 2), cv2.BORDER_CONSTANT)
    total = int(np.count_nonzero(colours[..., 3] >= OPAQUE))
    left, top, right, bottom = max(x0, 0), max(y0, 0), min(x1, camera.width), min(y1, camera.height)
    if left >= right or top >= bottom:
        return total, 0
    colours = colours[top - y0:bottom - y0, left - x0:right - x0]
    part = np.s_[top:bottom, left:right]
    inverse = np.linalg.inv(homography)
    own = (inverse[2, 1] * np.arange(top, bottom) + inverse[2, 2])[:, None] + inverse[2, 0] * np.arange(left, right)
    before = own > nearness[part]
    inside = colours[..., 3] >= OPAQUE
    opacity = colours[..., 3:] * (before[..., None] * np.float32(1 / 255))
    air = np.exp(-1 / (own * haze)).astype(np.float32)[..., None]
    light = colours[..., :3] * (before[..., None] * air) + AIR * (opacity * (1 - air))
    image[part] = image[part] * (1 - opacity) + light
    mine = inside & before
    surfaces[part][mine] = index
    nearness[part][mine] = own[mine]
    return total, int(np.count_nonzero(inside))
