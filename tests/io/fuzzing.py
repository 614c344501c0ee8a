"""Files that are broken on purpose: how they are broken, and what may come of reading them."""

import faulthandler
import json
import math
import re
import signal
import struct
import zlib
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from copy import deepcopy
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from hypothesis import strategies as st

from mmvist.io.problems import FormatError
from mmvist.io.segmentation import broken
from mmvist.structures import VideoSet
from tests.io.png_files import SIGNATURE, chunk

# A thousand times what the slowest example takes.
PATIENCE = 20
DEEP = '@deep@'
LONG = '7' * 5000
HOSTILE_TEXTS = ('-1', '0', '1', '1.5', '1e400', '-1e308', 'NaN', 'inf', str(2 ** 31), str(2 ** 63), str(2 ** 70), LONG,
                 '', ' ', 'é', '\0', '٣', '1_0', '0x10', '"', 'null', 'true', '{}', '[[]]', '\xa0', '\x1c', '\t', '#',
                 '[', ';', 'x' * 300)
HOSTILE_VALUES = (-1, 0, 1, 1.5, 1e308, -1e308, math.inf, math.nan, 2 ** 31, 2 ** 40, 10 ** 12, 2 ** 63, 2 ** 64,
                  2 ** 70, '', ' ', 'é', '\0', '\ud800', '1', 'x' * 300, '0' * 40, [], [[]], [[[0]]], [0, 0, 1, 1],
                  [1, 2, 3], {}, {'size': [2, 3]}, None, True, False, DEEP, '},{')
HOSTILE_BYTES = (b'\0', b'\xff', b'\xed\xa0\x80', b'\xef\xbb\xbf', b'\r\n', b'\n', b' ', b'"', b',', b'{', b'}', b'[',
                 b']', b'0', b'9', b'-', b'.', b'e', b'\\', b'\\ud800', b'NaN', LONG.encode())
HOSTILE_SIDES = (0, 1, 7, 255, 256, 65535, 1 << 15, 1 << 16, 1 << 30, (1 << 31) - 1, 1 << 31, (1 << 32) - 1)


class Hang(BaseException):
    """What is read takes too long; no reader mistakes it for a fault of the file."""


@contextmanager
def guarded() -> Iterator[None]:
    """Fail when the block takes longer than `PATIENCE`; end the process when it does not come back to Python at all."""

    def stop(*_: object) -> None:
        raise Hang(f'still not read after {PATIENCE} s')

    before = signal.signal(signal.SIGALRM, stop)
    signal.setitimer(signal.ITIMER_REAL, PATIENCE)
    faulthandler.dump_traceback_later(3 * PATIENCE, exit=True)
    try:
        yield
    finally:
        faulthandler.cancel_dump_traceback_later()
        signal.setitimer(signal.ITIMER_REAL, 0)
        signal.signal(signal.SIGALRM, before)


def mutations(name: str, data: bytes) -> st.SearchStrategy[bytes]:
    """Contents that a file may have instead of its own, by the kind of file that its name tells."""
    by_suffix = {'.json': _json, '.png': _png}
    structured = by_suffix.get(Path(name).suffix, _lines)
    return st.one_of(_bytes(data), structured(data), structured(data))


@st.composite
def _bytes(draw: st.DrawFn, data: bytes) -> bytes:
    for _ in range(draw(st.integers(1, 3))):
        first, last = sorted(draw(st.integers(0, len(data))) for _ in range(2))
        last = min(last, first + draw(st.sampled_from((1, 4, 40))))
        kind = draw(st.sampled_from(('flip', 'delete', 'insert', 'repeat', 'cut', 'mark', 'crlf', 'blank', 'empty')))
        if kind == 'flip':
            data = data[:first] + bytes(byte ^ draw(st.integers(1, 255)) for byte in data[first:last][:4]) + data[
                first + len(data[first:last][:4]):]
        elif kind == 'delete':
            data = data[:first] + data[last:]
        elif kind == 'insert':
            data = data[:first] + draw(st.sampled_from(HOSTILE_BYTES)) + data[first:]
        elif kind == 'repeat':
            data = data[:last] + data[first:last] * draw(st.sampled_from((1, 2, 50))) + data[last:]
        elif kind == 'cut':
            data = data[:first]
        elif kind == 'mark':
            data = b'\xef\xbb\xbf' + data
        elif kind == 'crlf':
            data = data.replace(b'\n', b'\r\n')
        elif kind == 'blank':
            data = data[:first] + b'\n\n' + data[first:]
        else:
            data = b''
    return data


@st.composite
def _lines(draw: st.DrawFn, data: bytes) -> bytes:
    lines = data.split(b'\n')
    for _ in range(draw(st.integers(1, 2))):
        index = draw(st.integers(0, len(lines) - 1))
        kind = draw(st.sampled_from(('field', 'field', 'field', 'drop', 'swap', 'repeat')))
        if kind == 'field':
            parts = re.split(rb'([, =]+)', lines[index])
            place = 2 * draw(st.integers(0, len(parts) // 2))
            parts[place] = draw(st.sampled_from(HOSTILE_TEXTS)).encode()
            lines[index] = b''.join(parts)
        elif kind == 'drop' and len(lines) > 1:
            del lines[index]
        elif kind == 'swap':
            other = draw(st.integers(0, len(lines) - 1))
            lines[index], lines[other] = lines[other], lines[index]
        else:
            lines.insert(index, lines[index])
    return b'\n'.join(lines)


@st.composite
def _json(draw: st.DrawFn, data: bytes) -> bytes:
    root = [json.loads(data)]
    for _ in range(draw(st.integers(1, 2))):
        # Down from the root, to stop anywhere: what is high up is as likely as what there is most of.
        parent, key = root, 0
        while draw(st.integers(0, 3)) and isinstance(parent[key], dict | list) and parent[key]:
            parent = parent[key]
            key = draw(st.sampled_from(sorted(parent) if isinstance(parent, dict) else range(len(parent))))
        kind = draw(st.sampled_from(('value', 'value', 'value', 'delete', 'repeat', 'key')))
        if kind == 'value' or parent is root:
            parent[key] = deepcopy(draw(st.sampled_from(HOSTILE_VALUES)))
        elif kind == 'delete':
            del parent[key]
        elif isinstance(parent, list):
            parent.insert(key, deepcopy(parent[key]))
        else:
            parent[draw(st.sampled_from(HOSTILE_TEXTS))] = parent.pop(key) if kind == 'key' else deepcopy(parent[key])
    text = json.dumps(root[0]) if root else ''
    return text.replace(f'"{DEEP}"', '[' * 1000 + ']' * 1000).encode()


@st.composite
def _png(draw: st.DrawFn, data: bytes) -> bytes:
    """Another header, other pixels or other chunks, with all sums right."""
    chunks, at = [], len(SIGNATURE)
    while at < len(data):
        length, name = struct.unpack_from('>I4s', data, at)
        chunks.append([name, data[at + 8:at + 8 + length]])
        at += 12 + length
    index = draw(st.integers(0, len(chunks) - 1))
    name, content = chunks[index]
    kind = draw(st.sampled_from(('content', 'content', 'drop', 'swap', 'repeat', 'name')))
    if kind == 'content' and name == b'IHDR':
        fields = list(struct.unpack('>IIBBBBB', content))
        place = draw(st.integers(0, 6))
        fields[place] = draw(st.sampled_from(HOSTILE_SIDES) if place < 2 else st.integers(0, 255) if place > 3 else
                             st.sampled_from((0, 1, 2, 3, 4, 6, 8, 16, 255)))
        chunks[index][1] = struct.pack('>IIBBBBB', *fields)
    elif kind == 'content' and name == b'IDAT':
        chunks[index][1] = zlib.compress(draw(_bytes(zlib.decompress(content))))
    elif kind == 'content':
        chunks[index][1] = draw(_bytes(content))
    elif kind == 'drop':
        del chunks[index]
    elif kind == 'swap':
        other = draw(st.integers(0, len(chunks) - 1))
        chunks[index], chunks[other] = chunks[other], chunks[index]
    elif kind == 'repeat':
        chunks.insert(index, chunks[index])
    else:
        chunks[index][0] = draw(st.sampled_from((b'tRNS', b'PLTE', b'IDAT', b'IEND', b'tEXt', b'acTL', b'\0\0\0\0')))
    return SIGNATURE + b''.join(chunk(*entry) for entry in chunks)


@dataclass(frozen=True)
class Case:
    """Good files and what reads them.

    Attributes:
        files: Contents by path.
        read: Reads them from a folder.
        names: What a file may be called instead.
    """

    files: dict[str, bytes]
    read: Callable[[Path], VideoSet]
    names: tuple[str, ...] = ()


def contents(folder: Path) -> dict[str, bytes]:
    """What `Case.files` is, of a folder."""
    return {file.relative_to(folder).as_posix(): file.read_bytes() for file in sorted(folder.rglob('*'))
            if file.is_file()}


def put(files: dict[str, bytes], folder: Path) -> None:
    """Make the files."""
    for name, data in files.items():
        path = folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(data)


@contextmanager
def one_broken(case: Case, folder: Path, data: st.DataObject) -> Iterator[bool]:
    """Break one of the files, which lie in a folder, for the block, which must not take long; tells if one is gone."""
    name = data.draw(st.sampled_from(sorted(case.files)))
    kind = data.draw(st.sampled_from(['change'] * 8 + ['remove'] + ['rename'] * bool(case.names) * 2))
    path, other = folder / name, None
    if kind == 'change':
        changed = data.draw(mutations(name, case.files[name]))
    elif kind == 'rename':
        other = path.with_name(data.draw(st.sampled_from(case.names)))
    try:
        if kind == 'change':
            path.write_bytes(changed)
        else:
            path.unlink()
        if other is not None:
            other.write_bytes(case.files[name])
        with guarded():
            yield kind != 'change'
    finally:
        if other is not None:
            other.unlink()
        # The new name may be that of another file.
        put({name: case.files[name]} if other is None else case.files, folder)


def assert_telling(error: FormatError) -> None:
    """What readers promise of the errors they raise."""
    assert error.problems
    assert all(place and problem for place, _, problem in (line.partition(': ') for line in error.problems))
    assert str(error).encode()
    # Fifty lines, none of them a whole file.
    assert len(str(error)) < 50_000


def assert_sound(video_set: VideoSet) -> None:
    """All that readers promise of what they return."""
    assert len(set(video_set.classes)) == len(video_set.classes)
    assert all(type(number) is int and 0 <= number < 2 ** 63 for number in video_set.category_ids)
    assert len({tracks.video.id for tracks in video_set.videos}) == len(video_set.videos)
    for text in (*video_set.classes, *(tracks.video.name for tracks in video_set.videos)):
        assert text.encode().decode() == text
    for tracks in video_set.videos:
        video = tracks.video
        assert type(video.id) in (int, str)
        assert all(type(number) is int and number >= 0 for number in (video.height, video.width, video.length))
        assert video.height * video.width <= 2 ** 32
        assert all(name.encode().decode() == name for name in video.file_names)
        assert video.fps is None or 0 < video.fps < math.inf
        assert {name: getattr(tracks, name).dtype for name in ('frames', 'ids', 'labels')} == dict.fromkeys(
            ('frames', 'ids', 'labels'), np.int64)
        assert (tracks.scores.dtype, tracks.bboxes.dtype, tracks.ignore.dtype) == (np.float32, np.float64, bool)
        assert np.isfinite(tracks.scores).all()
        assert np.isfinite(tracks.bboxes).all()
        assert tracks.bboxes.shape == (len(tracks), 4)
        assert np.all(tracks.labels < len(video_set.classes))
        assert np.all((tracks.labels >= 0) | (tracks.ignore & (tracks.labels == -1)))
        objects = ~tracks.ignore
        pairs = np.stack([tracks.frames, tracks.ids])[:, objects]
        assert np.unique(pairs, axis=1).shape == pairs.shape
        assert all(math.isfinite(score) for score in tracks.track_scores.values())
        assert broken([mask for mask in tracks.masks if mask is not None], video.height, video.width) == {}
