"""JSON files: read with a message that helps, written atomically."""

import json
from pathlib import Path
from typing import Any

from mmvist.io.atomic import open_atomic
from mmvist.io.problems import FormatError


def read_json(path: str | Path) -> Any:
    """Load a JSON file.

    Raises:
        FileNotFoundError: There is no such file.
        FormatError: It is not JSON, or ends early.
    """
    text = Path(path).read_bytes()
    try:
        return json.loads(text)
    except json.JSONDecodeError as error:
        ends = ', the file ends early' if error.pos >= len(error.doc.rstrip()) or error.msg.startswith('Unterm') else ''
        raise FormatError(str(path), (f'line {error.lineno}, column {error.colno}: not valid JSON: {error.msg}{ends}',)
                          ) from None
    except UnicodeDecodeError as error:
        raise FormatError(str(path), (f'byte {error.start}: not text in UTF-8',)) from None


def write_json(data: Any, path: str | Path) -> None:
    """Store data without blanks, as the official files are; infinite and undefined numbers are an error."""
    with open_atomic(path) as file:
        file.write(json.dumps(data, separators=(',', ':'), allow_nan=False))
