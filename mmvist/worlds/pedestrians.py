"""Pedestrians as flat pictures, walking to a side or along the street."""

import numpy as np

from mmvist.worlds.canvas import Canvas, scaled
from mmvist.worlds.plane import Texture
from mmvist.worlds.vehicles import jittered

SKINS = ((175, 200, 235), (140, 170, 215), (95, 130, 185), (60, 85, 130), (45, 60, 95))
HAIRS = ((30, 30, 35), (35, 50, 75), (60, 110, 160), (90, 160, 210), (150, 150, 155))
CLOTHES = ((40, 40, 45), (60, 60, 190), (190, 100, 40), (60, 140, 60), (40, 190, 230), (225, 225, 225),
           (150, 60, 140), (40, 110, 230), (150, 150, 60), (120, 120, 125), (160, 130, 230), (200, 180, 80))
TROUSERS = ((45, 40, 40), (110, 65, 35), (70, 75, 80), (80, 110, 140), (150, 170, 190), (50, 60, 40))


def draw_pedestrian(rng: np.random.Generator, view: str) -> Texture:
    """A person of random build and clothes; from the side the legs are apart in mid-stride."""
    skin, hair = jittered(rng, SKINS), jittered(rng, HAIRS)
    coat, legs = jittered(rng, CLOTHES), jittered(rng, TROUSERS)
    bag, bag_colour = rng.random(), jittered(rng, CLOTHES)
    skirt, long_hair = rng.random() < 0.25, rng.random() < 0.35
    height, girth = rng.uniform(1.6, 1.9), rng.uniform(0.9, 1.15)
    side = view in ('left', 'right')
    width = 0.86 if side else 0.72
    canvas = Canvas((width, height), 95)
    middle, hip, shoulder, chin = width / 2, height * 0.5, height * 0.82, height * 0.86
    body = (0.16 if side else 0.22) * girth
    stride = 0.24 if side else 0.09
    shoe = (30, 30, 35)
    for sign, shade in ((1, 0.7), (-1, 1.0)):
        foot = middle + sign * stride
        canvas.limb((middle + sign * 0.05, hip), (foot, 0.1), 0.15 * girth, scaled(legs, shade))
        toe = -0.07 if side else 0.0
        canvas.rectangle(foot + toe - 0.08, 0.0, foot + toe + 0.09, 0.1, shoe, corner=0.02)
    if side and bag < 0.35:
        canvas.rectangle(middle + body * 0.6, hip + 0.06, middle + body + 0.14, shoulder, bag_colour, corner=0.04)
    swing = 0.2 if side else 0.06
    far = scaled(coat, 0.65)
    canvas.limb((middle, shoulder - 0.06), (middle + swing + (0 if side else body * 0.6), hip + 0.02), 0.11, far)
    hem = hip - (0.22 if skirt else 0.08)
    canvas.polygon([(middle - body * (1.25 if skirt else 1.0), hem), (middle - body, hip + 0.1),
                    (middle - body * 1.05, shoulder - 0.08), (middle - body * 0.7, shoulder),
                    (middle + body * 0.7, shoulder), (middle + body * 1.05, shoulder - 0.08),
                    (middle + body, hip + 0.1), (middle + body * (1.25 if skirt else 1.0), hem)], coat)
    canvas.rectangle(middle - body, hip - 0.02, middle + body, hip + 0.02, scaled(coat, 0.6))
    near = scaled(coat, 0.85)
    elbow = middle - (0 if side else body)
    hand = (middle - swing - (0 if side else body * 0.6), hip + 0.02)
    canvas.limb((elbow, shoulder - 0.07), hand, 0.11, near)
    canvas.ellipse(*hand, 0.055, 0.06, skin)
    if not side and 0.35 <= bag < 0.6:
        canvas.rectangle(middle - body * 0.7, hip + 0.14, middle + body * 0.7, shoulder - 0.03, bag_colour, corner=0.05)
    if side and bag >= 0.75:
        canvas.rectangle(hand[0] - 0.13, hip - 0.3, hand[0] + 0.13, hip - 0.04, bag_colour, corner=0.03)
    canvas.rectangle(middle - 0.05, shoulder - 0.02, middle + 0.05, chin, scaled(skin, 0.8))
    radius = (height - chin) / 2 + 0.01
    centre = height - radius - 0.005
    canvas.ellipse(middle, centre, radius * 0.85, radius, hair)
    if view != 'rear':
        face = -0.035 if side else 0.0
        canvas.ellipse(middle + face, centre - 0.02, radius * (0.55 if side else 0.68), radius * 0.75, skin)
    if long_hair:
        back = 0.05 if side else 0.0
        for strand in ((0.06,) if side else (-0.1, 0.1)):
            canvas.limb((middle + strand, centre), (middle + strand + back / 2, chin - 0.12), 0.07, hair)
    return (canvas.mirrored() if view == 'right' else canvas).finish(rng, 1.1, 0.85)
