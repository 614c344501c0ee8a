"""Roads and pavements, and the sky."""

import cv2
import numpy as np

from mmvist.worlds.plane import Texture

LANE, ROAD, STREET = 3.0, 4.7, 7.6  # distances from the street's middle: lane edge, kerb, house fronts; metres
JUNCTION = 8.0  # metres from kerb to kerb of the crossing street
PAVEMENT = 3.0  # metres, of the crossing street
MAIN_DENSITY, SIDE_DENSITY = (36.0, 14.0), (14.0, 14.0)
WHITE = 215.0
STONE, KERB, GUTTER = 152.0, 180.0, 62.0  # grey levels
SKY_SPAN = (-2.6, -1.3, 2.6, 0.5)  # left, top, right, bottom of the sky, as tangents of the viewing angles
SKY_DENSITY = 90.0


def draw_street(rng: np.random.Generator, near: float, far: float, junction: float, asphalt: float,
                detail: float) -> Texture:
    """The street from house to house; row 0 is the far end.

    Args:
        rng: Source of the grain.
        near: z of the lower edge.
        far: z of the upper edge.
        junction: z at which the crossing street begins.
        asphalt: Grey level of the road.
        detail: Factor on the resolution.
    """
    x = _positions(-STREET, STREET, MAIN_DENSITY[0] * detail)[None]
    z = _positions(near, far, MAIN_DENSITY[1] * detail)[::-1, None]
    side = np.abs(x)
    crossing = (z > junction) & (z < junction + JUNCTION)
    pixels, wear = _asphalt(rng, (z.size, x.size), asphalt), _wear(rng, (z.size, x.size))
    _pave(pixels, (side > ROAD) & ~crossing, _slabs(x, z), asphalt)
    pixels[(side > ROAD - 0.02) & (side < ROAD + 0.16) & ~crossing] = KERB
    pixels[(side > ROAD - 0.18) & (side < ROAD - 0.02) & ~crossing] = GUTTER
    edge = ((z > junction - 0.16) & (z < junction)) | ((z > junction + JUNCTION) & (z < junction + JUNCTION + 0.16))
    pixels[edge & (side > ROAD)] = KERB
    zebras = ((z > junction - 3.4) & (z < junction - 0.6)) | ((z > junction + JUNCTION + 0.6) &
                                                              (z < junction + JUNCTION + 3.4))
    apart = ~crossing & ((z < junction - 4.6) | (z > junction + JUNCTION + 4.6))
    _paint(pixels, wear, (side < 0.08) & (z % 4.5 < 2.4) & apart)
    _paint(pixels, wear, (np.abs(side - LANE) < 0.05) & (z % 1.5 < 0.9) & apart)
    _paint(pixels, wear, zebras & (side < ROAD - 0.4) & ((x + 0.25) % 1.0 < 0.5))
    _paint(pixels, wear, (np.abs(z - junction + 4.2) < 0.16) & (x > 0.15) & (x < LANE))
    return _texture(pixels, 2 * STREET, far - near)


def draw_side_street(rng: np.random.Generator, length: float, asphalt: float, flip: bool, detail: float
                     ) -> Texture:
    """One arm of the crossing street, pavements included; row 0 is the far pavement.

    Args:
        rng: Source of the grain.
        length: Metres away from the main street.
        asphalt: Grey level of the road.
        flip: Whether the arm runs to the left.
        detail: Factor on the resolution.
    """
    x = _positions(0, length, SIDE_DENSITY[0] * detail)[None]
    x = x[:, ::-1] if flip else x
    z = _positions(-PAVEMENT, JUNCTION + PAVEMENT, SIDE_DENSITY[1] * detail)[::-1, None]
    outside = np.maximum(-z, z - JUNCTION) + 0 * x
    pixels, wear = _asphalt(rng, outside.shape, asphalt), _wear(rng, outside.shape)
    _pave(pixels, outside > 0, _slabs(x, z), asphalt)
    pixels[np.abs(outside - 0.08) < 0.09] = KERB
    pixels[(outside < -0.01) & (outside > -0.17)] = GUTTER
    _paint(pixels, wear, (np.abs(z - JUNCTION / 2) < 0.08) & (x % 4.5 < 2.4))
    return _texture(pixels, length, JUNCTION + 2 * PAVEMENT)


def draw_sky(rng: np.random.Generator) -> Texture:
    """Blue above, pale at the horizon, clouds, and a line of far trees; drawn on the plane at distance one."""
    left, top, right, bottom = SKY_SPAN
    width, height = round((right - left) * SKY_DENSITY), round((bottom - top) * SKY_DENSITY)
    up = -_positions(top, bottom, SKY_DENSITY)[:, None, None]
    zenith = np.array([205, 150, 95], np.float32) * rng.uniform(0.8, 1.1)
    horizon = np.array([232, 226, 214], np.float32) * rng.uniform(0.92, 1.04)
    sky = horizon + (zenith - horizon) * np.clip(up / 0.9, 0, 1) ** 0.7
    clouds = _smooth_noise(rng, (height, width), (24, 8)) + 0.5 * _smooth_noise(rng, (height, width), (9, 4))
    cover = np.clip(clouds * 0.5 + rng.uniform(-0.25, 0.35), 0, 1)[..., None] * np.clip(up * 4, 0, 1)
    sky = sky + (np.array([244, 243, 242], np.float32) - sky) * cover * 0.85
    trees = 0.035 + 0.02 * _smooth_noise(rng, (1, width), (6, 1))[..., None]
    sky = np.where(up < trees, np.array([120, 135, 125], np.float32), sky)
    return Texture(np.clip(sky, 0, 255).astype(np.uint8), (SKY_DENSITY, SKY_DENSITY))


def _positions(low: float, high: float, density: float) -> np.ndarray:
    count = round((high - low) * density)
    return (low + (np.arange(count) + 0.5) * (high - low) / count).astype(np.float32)


def _smooth_noise(rng: np.random.Generator, shape: tuple[int, int], cell: tuple[int, int]) -> np.ndarray:
    """Noise of unit variance (before blurring) whose grains are `cell` = (columns, rows) large."""
    coarse = rng.standard_normal((shape[0] // cell[1] + 2, shape[1] // cell[0] + 2), np.float32)
    return cv2.resize(coarse, shape[::-1], interpolation=cv2.INTER_CUBIC)


def _asphalt(rng: np.random.Generator, shape: tuple[int, int], grey: float) -> np.ndarray:
    stains = 5 * _smooth_noise(rng, shape, (30, 40)) + 4 * _smooth_noise(rng, shape, (8, 6))
    return grey + stains + rng.standard_normal(shape, np.float32) * 8


def _slabs(x: np.ndarray, z: np.ndarray) -> np.ndarray:
    """Factor on the pavement's colour: darker joints, and slabs that differ a little."""
    joints = (x % 0.75 < 0.05) | (z % 0.75 < 0.08)
    tone = 1 + 0.05 * np.sin(np.floor(x / 0.75) * 12.9 + np.floor(z / 0.75) * 78.2)
    return np.where(joints, 0.84, tone).astype(np.float32)


def _pave(pixels: np.ndarray, where: np.ndarray, slabs: np.ndarray, grey: float) -> None:
    # The asphalt's grain is kept as dirt.
    np.copyto(pixels, STONE * slabs + (pixels - grey) * 0.5, where=where)


def _paint(pixels: np.ndarray, wear: np.ndarray, where: np.ndarray) -> None:
    """Road paint, worn in places."""
    bare = pixels[where]
    pixels[where] = bare + (WHITE - bare) * wear[where]


def _wear(rng: np.random.Generator, shape: tuple[int, int]) -> np.ndarray:
    """How much of the paint is left, 0..1."""
    return np.clip(0.85 + 0.15 * _smooth_noise(rng, shape, (10, 8)), 0.4, 1)


def _texture(pixels: np.ndarray, width: float, height: float) -> Texture:
    # One look-up a channel turns grey into stone: cooler where it is dark, warmer where it is light.
    level = np.arange(256)
    table = np.stack([level + 2 - level / 64, level, level - 2 + level / 48], axis=1).clip(0, 255).astype(np.uint8)
    pixels = table[np.clip(pixels, 0, 255).astype(np.uint8)]
    return Texture(pixels, (pixels.shape[1] / width, pixels.shape[0] / height))
