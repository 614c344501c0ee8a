"""Reading KITTI MOTS label images into masks: as the devkit of MOTS does, with OpenCV, and mmvist's way, turn by turn.

The frames are made here: ellipses that move and hide each other, or numbers drawn at random.
"""

import argparse
import tempfile
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import cv2
import numpy as np
from PIL import Image
from pycocotools import mask as coco

from mmvist.io.label_image import split_values
from mmvist.io.label_png import read_labels

HEIGHT, WIDTH = 375, 1242
NUM_OBJECTS = 5
Masks = list[tuple[int, bytes]]


def devkit(files: list[Path]) -> list[Masks]:
    """A mask of the whole image for every value, each compressed for itself."""
    result = []
    for file in files:
        image = np.array(Image.open(file))
        result.append([(int(value), coco.encode(np.asfortranarray(image == value).astype(np.uint8))['counts'])
                       for value in np.unique(image) if value])
    return result


def opencv(files: list[Path]) -> list[Masks]:
    """All values of an image in one pass over its runs, once OpenCV has made it."""
    return [list(split_values(cv2.imread(str(file), cv2.IMREAD_UNCHANGED)).items()) for file in files]


def ours(files: list[Path]) -> list[Masks]:
    """What `mmvist.io.mots` does."""
    return [list(image.masks.items()) for image in read_labels(files)]


def streets(num_frames: int) -> Iterator[np.ndarray]:
    """Images (H, W) uint16 of cars and pedestrians as wide as in KITTI."""
    generator = np.random.default_rng(0)
    centres = generator.uniform((0, 150), (WIDTH, 260), (NUM_OBJECTS, 2))
    widths = np.exp(generator.uniform(np.log(12), np.log(90), NUM_OBJECTS))
    speeds = generator.normal(0, 5, NUM_OBJECTS)
    for frame in range(num_frames):
        image = np.zeros((HEIGHT, WIDTH), np.uint16)
        for number, (x, y) in enumerate(centres):
            axes = (2 * widths[number], 2 * widths[number] * (0.6, 2.0)[number % 2])
            centre = ((x + speeds[number] * frame) % WIDTH, y)
            cv2.ellipse(image, (centre, axes, 0.0), 1000 * (1 + number % 2) + number, -1)
        yield image


def noise(num_frames: int) -> Iterator[np.ndarray]:
    """Images (H, W) uint16 of labels without any order."""
    generator = np.random.default_rng(0)
    for _ in range(num_frames):
        yield generator.integers(0, NUM_OBJECTS, (HEIGHT, WIDTH)).astype(np.uint16)


def by_opencv(file: Path, image: np.ndarray) -> None:
    """Every row with the filter Sub."""
    cv2.imwrite(str(file), image)


def by_pillow(file: Path, image: np.ndarray) -> None:
    """A filter for each row, whichever leaves the least."""
    Image.fromarray(image).save(file)


CASES: dict[str, tuple[Callable[[int], Iterator[np.ndarray]], Callable[[Path, np.ndarray], None], int]] = {
    'street, by OpenCV': (streets, by_opencv, 1), 'street, by Pillow': (streets, by_pillow, 1),
    'noise, by OpenCV': (noise, by_opencv, 16)}


def run(num_frames: int = 128, rounds: int = 5) -> list[dict[str, str | float]]:
    """Measure one way after the other, `rounds` times, and keep each one's best.

    Returns:
        A row per case, with milliseconds a frame and how many times as fast as the devkit's way ours is.
    """
    sides = {'devkit ms': devkit, 'OpenCV ms': opencv, 'ours ms': ours}
    rows = []
    with tempfile.TemporaryDirectory() as folder:
        for case, (images, write, share) in CASES.items():
            files = [Path(folder) / f'{frame:06d}.png' for frame in range(num_frames // share)]
            for file, image in zip(files, images(len(files)), strict=True):
                write(file, image)
            if not devkit(files) == opencv(files) == ours(files):
                raise RuntimeError(f'{case}: the ways differ')
            best = dict.fromkeys(sides, float('inf'))
            for _ in range(rounds):
                for side, read in sides.items():
                    start = time.process_time()
                    read(files)
                    best[side] = min(best[side], 1000 * (time.process_time() - start) / len(files))
            rows.append({'images': case, **best, 'times as fast': best['devkit ms'] / best['ours ms']})
    return rows


def main() -> None:
    """Measure and print a Markdown table."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument('--frames', type=int, default=128, metavar='N', help='images of each kind')
    parser.add_argument('--rounds', type=int, default=5, metavar='N', help='the best of so many counts')
    args = parser.parse_args()
    cv2.setNumThreads(1)
    rows = run(args.frames, args.rounds)
    print('| ' + ' | '.join(rows[0]) + ' |\n|' + ' --- |' * len(rows[0]))
    for row in rows:
        print('| ' + ' | '.join(f'{cell:.2f}' if isinstance(cell, float) else cell for cell in row.values()) + ' |')


if __name__ == '__main__':
    main()
