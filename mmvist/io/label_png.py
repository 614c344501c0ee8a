"""PNG files of labels, read as masks: every pixel's bytes are the number of an object, 0 for none."""

import struct
import zlib
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from functools import cached_property, lru_cache
from pathlib import Path

import numpy as np
from deflate import DeflateError, zlib_decompress

from mmvist.io.label_image import split_runs, split_values
from mmvist.io.png_filters import AVERAGE, PAETH, UP, Filtered, boundaries
from mmvist.io.png_header import GREY, MAX_LABEL_PIXELS, PALETTE, PNG_SIGNATURE, RGB, RGBA

NUM_CHANNELS = {GREY: 1, RGB: 3, PALETTE: 1, RGBA: 4}
DEPTHS = {GREY: (1, 2, 4, 8, 16), RGB: (8,), PALETTE: (1, 2, 4, 8), RGBA: (8,)}
MAX_COLOURS = 1 << 12  # more would be a photograph, whose masks would take all memory
KNOWN_FILTERS = bytes(range(PAETH + 1))
# First column and row, and steps along them, of the seven parts of an interlaced image.
ADAM7 = ((0, 0, 8, 8), (4, 0, 8, 8), (0, 4, 4, 8), (2, 0, 4, 4), (0, 2, 2, 4), (1, 0, 2, 2), (0, 1, 1, 2))
# Images that are worked on together: enough to share the cost of calls, few enough for the cache.
MAX_BATCH = 64
MAX_BATCH_PIXELS = 1 << 28
# With more than one in so many words of eight bytes that is not 0, OpenCV is faster.
SPARSITY = 32


@dataclass(frozen=True)
class LabelImage:
    """What is in a file.

    Attributes:
        size: Height and width in pixels.
        colour: `GREY`, `RGB`, `PALETTE` or `RGBA`.
        depth: Bits of a channel.
        masks: COCO counts of every value above 0, by rising value. A value is what the pixel's channels make one behind
            the other, red the highest byte; with a palette it is the index.
    """

    size: tuple[int, int]
    colour: int
    depth: int
    masks: dict[int, bytes]


@dataclass(frozen=True)
class _Header:
    width: int
    height: int
    depth: int
    colour: int
    interlaced: bool

    @property
    def pixel_bits(self) -> int:
        return NUM_CHANNELS[self.colour] * self.depth

    @property
    def size(self) -> tuple[int, int]:
        return self.height, self.width

    @cached_property
    def num_bytes(self) -> int:
        """Of the rows with their filters, inflated."""
        parts = ADAM7 if self.interlaced else ((0, 0, 1, 1),)
        sizes = ((len(range(left, self.width, across)), len(range(top, self.height, down)))
                 for left, top, across, down in parts)
        return sum(rows * (1 + (columns * self.pixel_bits + 7) // 8) for columns, rows in sizes if columns)


def read_labels(files: Iterable[Path]) -> Iterator[LabelImage | str]:
    """Read label images, in order; what is wrong with a file stands in its image's place.

    Grey (1 to 16 bits), palette (1 to 8), RGB and RGBA (8 bits) are understood. Files are read some at a time, fastest
    where those of one size and kind follow each other.

    Raises:
        OSError: A file is not there, or cannot be read.
    """
    batch: list[tuple[_Header | None, Filtered | LabelImage | str]] = []
    for file in files:
        header, content = _read(file)
        if batch and (len(batch) == MAX_BATCH or header != batch[0][0]
                      or (len(batch) + 1) * _padded_pixels(header) > MAX_BATCH_PIXELS):
            yield from _finished(batch)
            batch = []
        batch.append((header, content))
    yield from _finished(batch)


def _padded_pixels(header: _Header | None) -> int:
    return 0 if header is None else (header.width + 1) * (header.height + 1)


def _finished(batch: list[tuple[_Header | None, Filtered | LabelImage | str]]) -> Iterator[LabelImage | str]:
    """The images of a batch, with one header."""
    filtered = [content for _, content in batch if isinstance(content, Filtered)]
    if filtered:
        header = batch[0][0]
        pixels, values = boundaries(filtered, header.width, header.pixel_bits // 8)
        masks = iter(split_runs(pixels, values, header.height * header.width, len(filtered)))
    for header, content in batch:
        yield _image(header, next(masks)) if isinstance(content, Filtered) else content


def _image(header: _Header, masks: dict[int, bytes]) -> LabelImage:
    return LabelImage(header.size, header.colour, header.depth, masks)


def _read(file: Path) -> tuple[_Header | None, Filtered | LabelImage | str]:
    with open(file, 'rb', buffering=0) as stream:
        data = stream.read()
    try:
        header, compressed = _parse(data)
        rows = _inflate(compressed, header.num_bytes)
        filtered = _filtered(header, rows)
        return header, _decode(header, compressed) if filtered is None else filtered
    except ValueError as error:
        return None, str(error)


def _parse(data: bytes) -> tuple[_Header, bytes]:
    """Header and compressed rows of a file, all sums checked."""
    if not data.startswith(PNG_SIGNATURE):
        raise ValueError('not a PNG image')
    header, parts, at = None, [], len(PNG_SIGNATURE)
    while True:
        if at + 12 > len(data):
            raise ValueError(f'the PNG image is cut short, after {len(data)} bytes')
        length, name = struct.unpack_from('>I4s', data, at)
        begin, end = at + 8, at + 8 + length
        if end + 4 > len(data):
            raise ValueError(f'the PNG image is cut short, after {len(data)} bytes, or broken at byte {at}')
        if zlib.crc32(data[at + 4:end]) != int.from_bytes(data[end:end + 4], 'big'):
            raise ValueError(f'the PNG image is broken, between bytes {at} and {end + 4}')
        if header is None:
            header = _header(name, data[begin:end])
        elif name == b'IDAT':
            parts.append(data[begin:end])
        elif name == b'IEND':
            return header, b''.join(parts)
        at = end + 4


@lru_cache(64)
def _header(name: bytes, data: bytes) -> _Header:
    if name != b'IHDR' or len(data) != 13:
        raise ValueError('the PNG image does not begin with its header')
    width, height, depth, colour, compression, filtering, interlaced = struct.unpack('>IIBBBBB', data)
    if depth not in DEPTHS.get(colour, ()):
        raise ValueError('must be grey (1 to 16 bits), palette (1 to 8), RGB or RGBA (8), '
                         f'got colour type {colour} of {depth} bits')
    if compression or filtering or interlaced > 1:
        raise ValueError(f'unknown kind of PNG image: compression {compression}, filtering {filtering}, '
                         f'interlacing {interlaced}')
    if not 0 < width * height <= MAX_LABEL_PIXELS:
        raise ValueError(f'must have 1 to {MAX_LABEL_PIXELS} pixels, got {height} x {width} (height, width)')
    return _Header(width, height, depth, colour, bool(interlaced))


def _inflate(compressed: bytes, num_bytes: int) -> np.ndarray:
    try:
        rows = zlib_decompress(compressed, num_bytes)  # many times faster than zlib on long runs of zeros
    except DeflateError as error:
        raise ValueError(f'the pixels of the PNG image are broken: {error}') from None
    if len(rows) != num_bytes:
        raise ValueError(f'the pixels of the PNG image must inflate to {num_bytes} bytes, they do not')
    return np.frombuffer(rows, np.uint8)


def _filtered(header: _Header, rows: np.ndarray) -> Filtered | None:
    """What is not 0 in the rows; `None` if there is too much of it, or it is not for `png_filters`."""
    if header.interlaced or header.pixel_bits < 8:
        return None
    rows = rows.reshape(header.height, -1)
    filtered = Filtered.of(rows, header.pixel_bits // 8)
    filters = filtered.filters.tobytes()
    unknown = filters.translate(None, KNOWN_FILTERS)
    if unknown:
        raise ValueError(f'row {filters.index(unknown[0])} of the PNG image has the unknown filter {unknown[0]}')
    return filtered if AVERAGE not in filters and len(filtered.at) * SPARSITY <= rows.size // 8 + SPARSITY else None


def _decode(header: _Header, compressed: bytes) -> LabelImage:
    """Any image, by OpenCV, as one without colours: its numbers are those of the file."""
    # Label images seldom come here, and OpenCV takes its time and memory to import.
    import cv2

    colour = GREY if header.colour == PALETTE else header.colour
    ihdr = struct.pack('>IIBBBBB', header.width, header.height, header.depth, colour, 0, 0, header.interlaced)
    data = PNG_SIGNATURE + _chunk(b'IHDR', ihdr) + _chunk(b'IDAT', compressed) + _chunk(b'IEND', b'')
    try:
        values = cv2.imdecode(np.frombuffer(data, np.uint8), cv2.IMREAD_UNCHANGED)
    except cv2.error:
        values = None
    if values is None or values.shape[:2] != header.size:
        raise ValueError('the pixels of the PNG image are broken')
    if header.depth < 8:
        values = values // (255 // ((1 << header.depth) - 1))  # OpenCV stretches grey to 8 bits
    if values.ndim == 3:
        # Blue comes first, and alpha last.
        values = values[..., [2, 1, 0, 3][:values.shape[2]]].astype(np.int64) @ 256 ** np.arange(values.shape[2])[::-1]
        flat = values.ravel()
        num_colours = len(np.unique(flat[np.flatnonzero(np.diff(flat, prepend=-1))]))
        if num_colours > MAX_COLOURS:
            raise ValueError(f'is no label image, it has {num_colours} different pixels')
    return _image(header, split_values(values))


def encode_png(values: np.ndarray, palette: bytes = b'') -> bytes:
    """A PNG file of an image, not empty; each row is told by the one above it.

    Args:
        values: Grey (H, W) uint8 or uint16, or RGBA (H, W, 4) uint8; with a palette the numbers of its colours, (H, W)
            uint8.
        palette: Red, green and blue, a byte each, of up to 256 colours.
    """
    height, width, *channels = values.shape
    colour = PALETTE if palette else RGBA if channels else GREY
    pixels = np.ascontiguousarray(values, values.dtype.newbyteorder('>')).view(np.uint8).reshape(height, -1)
    rows = np.full((height, 1 + pixels.shape[1]), UP, np.uint8)
    rows[0, 1:] = pixels[0]
    np.subtract(pixels[1:], pixels[:-1], out=rows[1:, 1:])
    ihdr = struct.pack('>IIBBBBB', width, height, 8 * values.itemsize, colour, 0, 0, 0)
    # Runs are all there is to find: looking for more takes twice as long.
    stream = zlib.compressobj(strategy=zlib.Z_RLE)
    compressed = stream.compress(rows) + stream.flush()
    colours = _chunk(b'PLTE', palette) if palette else b''
    return PNG_SIGNATURE + _chunk(b'IHDR', ihdr) + colours + _chunk(b'IDAT', compressed) + _chunk(b'IEND', b'')


def _chunk(name: bytes, data: bytes) -> bytes:
    return struct.pack('>I', len(data)) + name + data + struct.pack('>I', zlib.crc32(name + data))
