"""What a detections file holds under which name."""

from pathlib import Path

import numpy as np

KIND, VERSION = 'mmvist detections', 1
INDEX = 'index'
SUFFIX = '.npz'
ZIP_SIGNATURE = b'PK\x03\x04'
# Type of each array of a video, and its trailing shape; `None` is the file's size of embeddings.
COLUMNS: dict[str, tuple[type, tuple[int | None, ...]]] = {
    'offsets': (np.int64, ()), 'labels': (np.int64, ()), 'scores': (np.float32, ()), 'bboxes': (np.float32, (4,)),
    'masks': (np.uint8, ()), 'mask_ends': (np.int64, ()), 'embeds': (np.float32, (None,))}


def member(name: str) -> str:
    """The name in the zip of an array."""
    return f'{name}.npy'


def is_detections_file(path: str | Path) -> bool:
    """Whether a path looks like a detections file, be it whole or not."""
    path = Path(path)
    if not path.is_file():
        return False
    if path.suffix == SUFFIX:
        return True
    with path.open('rb') as file:
        return file.read(len(ZIP_SIGNATURE)) == ZIP_SIGNATURE
