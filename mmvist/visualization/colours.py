"""Colours of tracks."""

import colorsys

# Steps of the golden angle spread any number of successive hues evenly. Hues nearly repeat after 8 and 13 steps, so the
# saturation changes with a period of 3. The values keep any 10 successive ids 12 CIELAB units or more apart.
GOLDEN = 0.6180339887498949
FIRST_HUE = 0.257
SATURATIONS = (0.68, 0.50, 0.78)
# Of what is no image, BGR.
GROUND, GREY = (24, 24, 24), (170, 170, 170)


def colour(track_id: int) -> tuple[int, int, int]:
    """Colour of a track, BGR in 0..255: a pure function of its id, distinct for ids that follow each other."""
    rgb = colorsys.hsv_to_rgb((FIRST_HUE + track_id * GOLDEN) % 1, SATURATIONS[track_id % 3], 1)
    red, green, blue = (round(255 * part) for part in rgb)
    return blue, green, red


def on_colour(background: tuple[int, int, int]) -> tuple[int, int, int]:
    """Black or white, whichever contrasts more with a BGR colour, by relative luminance (WCAG 2)."""
    blue, green, red = (_linear(part / 255) for part in background)
    luminance = 0.2126 * red + 0.7152 * green + 0.0722 * blue
    # (luminance + 0.05) / 0.05, the contrast with black, against 1.05 / (luminance + 0.05) with white.
    return (0, 0, 0) if (luminance + 0.05) ** 2 > 0.05 * 1.05 else (255, 255, 255)


def _linear(part: float) -> float:
    return part / 12.92 if part <= 0.04045 else ((part + 0.055) / 1.055) ** 2.4
