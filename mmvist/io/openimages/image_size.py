"""Size of a JPEG image from its header."""

from pathlib import Path
from typing import BinaryIO

from mmvist.io.png_header import MAX_LABEL_PIXELS

# Start of frame, of every kind: C0..CF but C4 (Huffman tables), C8 (reserved) and CC (arithmetic coding).
FRAME_MARKERS = frozenset(range(0xC0, 0xD0)) - {0xC4, 0xC8, 0xCC}
# Markers that nothing belongs to: TEM, RST0 to RST7, SOI.
BARE_MARKERS = frozenset((0x01, *range(0xD0, 0xD9)))


def jpeg_size(path: Path) -> tuple[int, int]:
    """Height and width of the pixels as stored, found without decoding (ITU T.81, annex B).

    Raises:
        FileNotFoundError: There is no such file.
        ValueError: It is no JPEG, is cut short before its size, or larger than a mask may be.
    """
    with open(path, 'rb') as file:
        if file.read(2) != b'\xff\xd8':
            raise ValueError('not a JPEG image')
        while True:
            marker = _marker(file)
            if marker in BARE_MARKERS:
                continue
            length = int.from_bytes(file.read(2), 'big')
            # Scan data without a frame before it, or the end.
            if marker in (0xDA, 0xD9) or length < 2:
                raise ValueError('a JPEG image that is broken, or cut short before its size')
            if marker in FRAME_MARKERS:
                header = file.read(5)
                height, width = int.from_bytes(header[1:3], 'big'), int.from_bytes(header[3:5], 'big')
                if len(header) < 5 or 0 in (height, width):
                    raise ValueError('a JPEG image that is cut short in its size, or states none')
                if height * width > MAX_LABEL_PIXELS:
                    raise ValueError(f'a JPEG image of {height} x {width}, more than {MAX_LABEL_PIXELS} pixels')
                return height, width
            file.seek(length - 2, 1)


def _marker(file: BinaryIO) -> int:
    """The next marker's number; any count of fill bytes FF may stand before it. 217, the end, where there is none."""
    byte = file.read(1)
    if byte != b'\xff':
        return 0xD9
    while byte == b'\xff':
        byte = file.read(1)
    return byte[0] if byte else 0xD9
