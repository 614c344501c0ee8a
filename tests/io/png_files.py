"""PNG files written by the book, one byte after the other: what the reader is compared with."""

import struct
import zlib
from collections.abc import Sequence

import numpy as np

SIGNATURE = b'\x89PNG\r\n\x1a\n'


def chunk(name: bytes, data: bytes) -> bytes:
    return struct.pack('>I', len(data)) + name + data + struct.pack('>I', zlib.crc32(name + data))


def filtered_rows(rows: np.ndarray, filters: Sequence[int], size: int) -> bytes:
    """Rows of bytes (H, B) after their filters, `size` bytes a pixel."""
    above, result = np.zeros(rows.shape[1], np.int64), []
    for row, kind in zip(rows.astype(np.int64), filters, strict=True):
        left, corner = (np.concatenate([np.zeros(size, np.int64), line])[:len(line)] for line in (row, above))
        estimate = left + above - corner
        distances = np.abs(estimate - np.stack([left, above, corner]))
        paeth = np.choose(distances.argmin(axis=0), [left, above, corner])
        predicted = (0, left, above, (left + above) // 2, paeth)[kind]
        result.append(bytes([kind]) + ((row - predicted) % 256).astype(np.uint8).tobytes())
        above = row
    return b''.join(result)


def rows_of(values: np.ndarray, depth: int) -> np.ndarray:
    """Rows of bytes of an image (H, W) or (H, W, channels)."""
    if depth == 16:
        return values.astype('>u2').view(np.uint8).reshape(len(values), -1)
    flat = values.reshape(len(values), -1).astype(np.uint8)
    bits = np.unpackbits(flat[..., None], axis=2)[..., 8 - depth:].reshape(len(flat), -1)
    return np.packbits(bits, axis=1)


def png(values: np.ndarray, colour: int, depth: int, filters: Sequence[int], interlaced: bool = False,
        stream: bytes | None = None) -> bytes:
    """A file; `stream` takes the place of its compressed rows."""
    size = max(1, depth * values[0, 0].size // 8)
    parts = [values]
    if interlaced:
        parts = [values[y::down, x::across] for x, y, across, down in (
            (0, 0, 8, 8), (4, 0, 8, 8), (0, 4, 4, 8), (2, 0, 4, 4), (0, 2, 2, 4), (1, 0, 2, 2), (0, 1, 1, 2))]
    data = b''.join(filtered_rows(rows_of(part, depth), [filters[row % len(filters)] for row in range(len(part))], size)
                    for part in parts if part.size)
    header = struct.pack('>IIBBBBB', values.shape[1], len(values), depth, colour, 0, 0, interlaced)
    stream = zlib.compress(data) if stream is None else stream
    colours = chunk(b'PLTE', bytes(range(256)) * 3) if colour == 3 else b''
    # Compressed rows may be cut anywhere.
    return (SIGNATURE + chunk(b'IHDR', header) + colours + chunk(b'IDAT', stream[:7]) + chunk(b'IDAT', stream[7:])
            + chunk(b'IEND', b''))
