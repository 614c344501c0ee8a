"""Transforms that change colours; one decision holds for all frames of a clip."""

from dataclasses import replace

import cv2
import numpy as np

from mmvist.datasets.clip import Clip
from mmvist.registry import TRANSFORMS

GREY = np.full((3, 3), 1 / 3)
# Cross product with the axis of greys, (1, 1, 1) / sqrt(3).
ABOUT_GREY = np.array([[0, -1, 1], [1, 0, -1], [-1, 1, 0]]) / np.sqrt(3)


@TRANSFORMS.register_module()
class RandomColourClip:
    """Turns the hue, scales saturation and brightness of a clip.

    Args:
        hue: Largest turn, in degrees, either way; 180 makes any colour of any other.
        saturation: Largest change of the saturation's factor, which is drawn from 1 - saturation to 1 + saturation.
        brightness: The same for brightness.
    """

    def __init__(self, hue: float, saturation: float, brightness: float) -> None:
        if not 0 <= hue <= 180 or not 0 <= saturation <= 1 or not 0 <= brightness <= 1:
            raise ValueError('RandomColourClip: hue must lie in 0..180, saturation and brightness in 0..1, '
                             f'got {hue}, {saturation} and {brightness}')
        self.hue, self.saturation, self.brightness = hue, saturation, brightness

    def transform(self, clip: Clip, rng: np.random.Generator) -> Clip:
        """Recolour every frame alike."""
        turn = np.deg2rad(rng.uniform(-self.hue, self.hue))
        saturation = rng.uniform(1 - self.saturation, 1 + self.saturation)
        brightness = rng.uniform(1 - self.brightness, 1 + self.brightness)
        # Rodrigues' formula about the grey axis; greys stay greys.
        turned = GREY + np.cos(turn) * (np.eye(3) - GREY) + np.sin(turn) * ABOUT_GREY
        matrix = brightness * (GREY + saturation * (turned - GREY))
        return clip.map(lambda frame: replace(frame, image=cv2.transform(frame.image, matrix)))


@TRANSFORMS.register_module()
class RandomGammaClip:
    """Raises the brightness of a clip, as a share of full, to a power (Pohlen et al. 2017).

    The power is log(1/2 + z / sqrt 2) / log(1/2 - z / sqrt 2), so z and -z undo each other.

    Args:
        strength: Largest z, either way; 0.05 are powers from 0.82 to 1.23.
    """

    def __init__(self, strength: float) -> None:
        if not 0 <= strength < np.sqrt(0.5):
            raise ValueError(f'RandomGammaClip: strength must lie in 0..0.7, got {strength}')
        self.strength = strength

    def transform(self, clip: Clip, rng: np.random.Generator) -> Clip:
        """Brighten or darken every frame alike."""
        shift = rng.uniform(-self.strength, self.strength) / np.sqrt(2)
        gamma = np.log(0.5 + shift) / np.log(0.5 - shift)
        table = np.rint(255 * (np.arange(256) / 255) ** gamma).astype(np.uint8)
        return clip.map(lambda frame: replace(frame, image=table[frame.image]))
