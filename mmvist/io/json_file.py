"""JSON files: read with a message that helps, a long table entry by entry, written atomically."""

import json
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import numpy as np
import orjson

from mmvist.io.atomic import open_atomic
from mmvist.io.problems import FormatError
from mmvist.io.text_lines import BYTE_ORDER_MARK

OPEN, CLOSE = b'{}'
# Stands in for a table's entries while all else is parsed.
TABLE_MARK = 'entries of the table'
# Escapes of UTF-16's surrogates, which mean nothing unless they come in pairs.
HALF_CHARACTER = re.compile(rb'\\u[dD][89a-fA-F]')


def read_json(path: str | Path) -> Any:
    """Load a JSON file.

    Raises:
        FileNotFoundError: There is no such file.
        FormatError: It is not JSON, or ends early.
    """
    return _parsed(_bytes(path), path)


def read_table(path: str | Path, key: str | None) -> tuple[Any, Iterator[Any]]:
    """Load a JSON file whose greater part is one table.

    Args:
        path: The file.
        key: Where the table stands in the outermost object; `None` when it is the file.

    Returns:
        The document with an empty list in the table's place, and the table's entries, each parsed when its turn comes,
        so that a large file is never in memory as a whole. A document of another shape comes back as it is, without
        entries.

    Raises:
        FileNotFoundError: There is no such file.
        FormatError: It is not JSON, or ends early; an entry may raise it as well.
    """
    data = _bytes(path)
    spans = _spans(data, key)
    if spans is not None:
        rest, entries = spans
        return rest, _entries(data, entries, key, path)
    document, table = _parted(_parsed(data, path), key)
    return document, iter(table)


def write_json(data: Any, path: str | Path) -> None:
    """Store data without blanks, as the official files are; infinite and undefined numbers are an error."""
    with open_atomic(path) as file:
        file.write(json.dumps(data, separators=(',', ':'), allow_nan=False))


def _bytes(path: str | Path) -> bytes:
    return Path(path).read_bytes().removeprefix(BYTE_ORDER_MARK)


def _parted(document: Any, key: str | None) -> tuple[Any, list]:
    """A document with an empty list in its table's place, and the table; as it is where it has none."""
    if key is None:
        return ([], document) if isinstance(document, list) else (document, [])
    if isinstance(document, dict) and isinstance(document.get(key), list):
        return {**document, key: []}, document[key]
    return document, []


def _entries(data: bytes, spans: list[tuple[int, int]], key: str | None, path: str | Path) -> Iterator[Any]:
    for number, (start, end) in enumerate(spans):
        try:
            entry = _parsed(data[start:end], path)
        except FormatError:
            # A brace in a text may have cut the entry short. If it is broken indeed, the whole file tells the place.
            yield from _parted(_parsed(data, path), key)[1][number:]
            return
        yield entry


def _parsed(text: bytes, path: str | Path) -> Any:
    try:
        return orjson.loads(text)
    except orjson.JSONDecodeError:
        # What is no JSON, but common, such as NaN, is for the reader to refuse: it knows what it is the value of.
        return _parsed_leniently(text, path)


def _parsed_leniently(text: bytes, path: str | Path) -> Any:
    try:
        # Bytes would be taken for UTF-16, too, and for text that cannot be written again.
        document = json.loads(text.decode())
        if HALF_CHARACTER.search(text):
            json.dumps(document, ensure_ascii=False).encode()
        return document
    except json.JSONDecodeError as error:
        ends = ', the file ends early' if error.pos >= len(error.doc.rstrip()) or error.msg.startswith('Unterm') else ''
        problem = f'line {error.lineno}, column {error.colno}: not valid JSON: {error.msg}{ends}'
    except UnicodeDecodeError as error:
        problem = f'byte {error.start}: not text in UTF-8'
    except UnicodeEncodeError as error:
        problem = f'file: holds half a character, \\u{ord(error.object[error.start]):04x}'
    except (RecursionError, ValueError) as error:
        problem = f'file: cannot be read as JSON: {error}'
    raise FormatError(str(path), (problem,)) from None


def _spans(data: bytes, key: str | None) -> tuple[Any, list[tuple[int, int]]] | None:
    """The document without its table, and where each entry of the table, an object, starts and ends.

    `None` where that cannot be told by counting braces: then a text holds some, or the table is no list of objects.
    """
    found = re.match(rb'\s*\[' if key is None else rb'(?s).*?"%s"\s*:\s*\[' % re.escape(key.encode()), data)
    if found is None:
        return None
    start = found.end()
    symbols = np.frombuffer(data, np.uint8)
    # Piece by piece: the comparisons of a whole file would take several times its size.
    places = np.concatenate([np.flatnonzero((part == OPEN) | (part == CLOSE)) + first for first in
                             range(start, len(data), 1 << 20) for part in (symbols[first:first + (1 << 20)],)]
                            or [np.zeros(0, np.int64)])
    steps = np.where(symbols[places] == OPEN, 1, -1)
    depth = np.cumsum(steps)
    outside = np.flatnonzero(depth < 0)
    if len(outside):
        places, steps, depth = (column[:outside[0]] for column in (places, steps, depth))
    starts, ends = places[(depth == 1) & (steps == 1)], places[(depth == 0) & (steps == -1)] + 1
    if len(starts) != len(ends):
        return None
    between = zip([start, *ends.tolist()], [*starts.tolist(), None], strict=True)
    gaps = [data[first:last].strip() for first, last in between][:-1]
    if gaps[:1] not in ([], [b'']) or any(gap != b',' for gap in gaps[1:]):
        return None
    # Another table of this name may stand before, within an object.
    mark = orjson.dumps(TABLE_MARK)
    if mark in data:
        return None
    try:
        rest, table = _parted(orjson.loads(data[:start] + mark + data[int(ends[-1]) if len(ends) else start:]), key)
    except orjson.JSONDecodeError:
        return None
    return (rest, list(zip(starts.tolist(), ends.tolist(), strict=True))) if table == [TABLE_MARK] else None
