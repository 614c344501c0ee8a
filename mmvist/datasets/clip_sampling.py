"""Which frames make a clip around the frame an item stands for."""

from typing import NamedTuple

import numpy as np

from mmvist.registry import TASK_UTILS


class ChosenFrame(NamedTuple):
    """A frame of a clip: its number in the video, and whether the detector trains on it."""

    index: int
    key: bool


@TASK_UTILS.register_module()
class RandomPair:
    """The key frame and a reference: any other frame of the video that shows an object, all equally likely.

    From MaskTrack R-CNN (ICCV 2019), without a window. A video with one such frame is compared with itself.

    Args:
        both_key: Let the detector train on the reference too, and compare both ways: twice the supervision for one
            pass.
    """

    def __init__(self, both_key: bool = False) -> None:
        self.both_key = both_key

    def __call__(self, key: int, valid: np.ndarray, length: int, rng: np.random.Generator) -> list[ChosenFrame]:
        """Choose frames.

        Args:
            key: The frame the item stands for; among `valid`.
            valid: (F,) frames of the video that show an object, rising.
            length: Frames of the video.
            rng: The item's generator.
        """
        others = valid[valid != key]
        reference = int(rng.choice(others)) if len(others) else key
        return [ChosenFrame(key, True), ChosenFrame(reference, self.both_key)]


@TASK_UTILS.register_module()
class ContiguousClip:
    """Successive frames, all of them key frames, the frame the item stands for at a random place among them.

    A video that is too short is filled up with its last frame, so that all clips of a batch have one length.

    Args:
        length: Frames of a clip.
        anywhere: Let it begin anywhere in the video, all places being equally likely, whatever frame the item stands
            for; meant for items that stand for a video.
    """

    def __init__(self, length: int, anywhere: bool = False) -> None:
        if length < 1:
            raise ValueError(f'ContiguousClip: length must be at least 1, got {length}')
        self.length, self.anywhere = length, anywhere

    def __call__(self, key: int, valid: np.ndarray, length: int, rng: np.random.Generator) -> list[ChosenFrame]:
        """Choose frames; see `RandomPair`."""
        first, last = max(key - self.length + 1, 0), max(min(key, length - self.length), 0)
        if self.anywhere:
            first, last = 0, max(length - self.length, 0)
        start = int(rng.integers(min(first, last), last + 1))
        return [ChosenFrame(min(frame, length - 1), True) for frame in range(start, start + self.length)]


@TASK_UTILS.register_module()
class Neighbours:
    """The frame before, the frame the item stands for, which is key, and the frame after (VIST-VAE, CVPR 2020).

    At the ends of a video the frame itself stands for the one that is missing.
    """

    def __call__(self, key: int, valid: np.ndarray, length: int, rng: np.random.Generator) -> list[ChosenFrame]:
        """Choose frames; see `RandomPair`."""
        return [ChosenFrame(min(max(key + offset, 0), length - 1), offset == 0) for offset in (-1, 0, 1)]


@TASK_UTILS.register_module()
class GuidedPair:
    """Any frame as a guide, a frame, and the next one that shows an object, which is key: the target (OSMN, CVPR 2018).

    The target is the frame the item stands for, but for the first frame of a video, which is the one before the target.
    """

    def __call__(self, key: int, valid: np.ndarray, length: int, rng: np.random.Generator) -> list[ChosenFrame]:
        """Choose frames; see `RandomPair`."""
        place = max(int(np.searchsorted(valid, key)), 1 if len(valid) > 1 else 0)
        before, target = int(valid[max(place - 1, 0)]), int(valid[place])
        return [ChosenFrame(int(rng.choice(valid)), False), ChosenFrame(before, False), ChosenFrame(target, True)]
