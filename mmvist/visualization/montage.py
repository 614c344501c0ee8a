"""Several images as one."""

from collections.abc import Sequence

import numpy as np


def montage(images: Sequence[np.ndarray], num_columns: int, gap: int = 4,
            ground: tuple[int, int, int] = (255, 255, 255)) -> np.ndarray:
    """A contact sheet, filled row by row.

    Args:
        images: (H, W, 3) uint8 each, of one size; at least one.
        num_columns: Images a row, at least 1.
        gap: Pixels between images.
        ground: Colour of the gaps and of places without an image, BGR.

    Raises:
        ValueError: There is no image, no column, or the sizes differ.
    """
    if not images or num_columns < 1:
        raise ValueError(f'montage: needs images and columns, got {len(images)} images and num_columns={num_columns}')
    shapes = {image.shape for image in images}
    if len(shapes) > 1:
        raise ValueError(f'montage: images must have one size, got {sorted(shapes)}')
    height, width = images[0].shape[:2]
    columns = min(num_columns, len(images))
    rows = -(-len(images) // columns)
    sheet = np.full((rows * (height + gap) - gap, columns * (width + gap) - gap, 3), ground, np.uint8)
    for position, image in enumerate(images):
        row, column = divmod(position, columns)
        top, left = row * (height + gap), column * (width + gap)
        sheet[top:top + height, left:left + width] = image
    return sheet
