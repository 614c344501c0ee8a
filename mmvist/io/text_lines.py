"""Lines of a text file, whatever an editor has done to it."""

import logging
from pathlib import Path

from mmvist.io.problems import FormatError

logger = logging.getLogger(__name__)

BYTE_ORDER_MARK = b'\xef\xbb\xbf'


def read_lines(path: str | Path) -> tuple[list[bytes], list[int]]:
    """Lines that hold anything, without blanks at their ends, and their numbers from 1.

    A byte order mark, line ends of Windows and empty lines between others are left out, with a warning that counts
    them; empty lines at the end are nothing to speak of.

    Raises:
        FileNotFoundError: There is no such file.
        FormatError: It is no text: it holds a zero byte.
    """
    data = Path(path).read_bytes()
    if b'\0' in data:
        raise FormatError(str(path), (f'byte {data.index(0)}: is 0, which no text holds',))
    marked = data.startswith(BYTE_ORDER_MARK)
    lines = data.removeprefix(BYTE_ORDER_MARK).rstrip().split(b'\n')
    kept = [(line.strip(), number) for number, line in enumerate(lines, 1) if not line.isspace() and line]
    oddities = {'a byte order mark': marked, 'line ends of Windows': data.count(b'\r\n'),
                'empty lines': len(lines) - len(kept) if kept else 0}
    if any(oddities.values()):
        logger.warning('%s: left aside %s', path, ', '.join(
            name if count is True else f'{count} {name}' for name, count in oddities.items() if count))
    return [line for line, _ in kept], [number for _, number in kept]
