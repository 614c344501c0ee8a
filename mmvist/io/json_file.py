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
        return rest, (_parsed(data[start:end], path, data, start) for start, end in entries)
    document = _parsed(data, path)
    if key is None:
        return ([], iter(document)) if isinstance(document, list) else (document, iter(()))
    if isinstance(document, dict) and isinstance(document.get(key), list):
        return {**document, key: []}, iter(document[key])
    return document, iter(())


def write_json(data: Any, path: str | Path) -> None:
    """Store data without blanks, as the official files are; infinite and undefined numbers are an error."""
    with open_atomic(path) as file:
        file.write(json.dumps(data, separators=(',', ':'), allow_nan=False))


def _bytes(path: str | Path) -> bytes:
    return Path(path).read_bytes().removeprefix(BYTE_ORDER_MARK)


def _parsed(text: bytes, path: str | Path, whole: bytes = b'', offset: int = 0) -> Any:
    """Parse a text; `whole` and `offset` say where it stands in the file."""
    try:
        return orjson.loads(text)
    except orjson.JSONDecodeError:
        # What is no JSON, but common, such as NaN, is for the reader to refuse: it knows what it is the value of.
        return _parsed_leniently(text, path, whole, offset)


def _parsed_leniently(text: bytes, path: str | Path, whole: bytes, offset: int) -> Any:
    try:
        return json.loads(text)
    except json.JSONDecodeError as error:
        before = whole[:offset] + error.doc[:error.pos].encode()
        line, column = before.count(b'\n') + 1, len(before) - before.rfind(b'\n')
        ends = ', the file ends early' if error.pos >= len(error.doc.rstrip()) or error.msg.startswith('Unterm') else ''
        problem = f'line {line}, column {column}: not valid JSON: {error.msg}{ends}'
    except UnicodeDecodeError as error:
        problem = f'byte {offset + error.start}: not text in UTF-8'
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
    try:
        rest = orjson.loads(data[:start] + data[int(ends[-1]) if len(ends) else start:])
    except orjson.JSONDecodeError:
        return None
    if (rest if key is None else rest.get(key) if isinstance(rest, dict) else None) != []:
        return None
    return rest, list(zip(starts.tolist(), ends.tolist(), strict=True))
