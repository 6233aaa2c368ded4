"""Small files of JSON that somebody else wrote: read up to a length and a depth."""

from __future__ import annotations

import json
import stat
from pathlib import Path
from typing import Any

#: Bytes of a configuration or a list of weights; GPT-2 XL's list has 60,000.
LONGEST = 2**20


def is_long(path: Path, longest: int = LONGEST) -> bool:
    """Whether a file is longer than it may be, or none that has a length, such as a device.

    Raises
    ------
    OSError
        If there is no such file.
    """
    found = path.stat()
    return not stat.S_ISREG(found.st_mode) or found.st_size > longest


def parsed(text: str | bytes) -> Any:
    """What a text of JSON says.

    Raises
    ------
    ValueError
        If it is not JSON, or nested too deep.
    """
    try:
        return json.loads(text)
    except RecursionError as error:
        raise ValueError("nested too deep") from error


def read_json(path: Path, longest: int = LONGEST) -> Any:
    """What a small file says.

    Raises
    ------
    OSError
        If it cannot be read.
    ValueError
        If it is longer than `longest` bytes, a device or a pipe, not JSON, or nested too deep.
    """
    # Looked at before it is opened: to open a pipe waits for somebody who writes into it.
    if is_long(path, longest):
        raise ValueError(f"{path.name} is no small file")
    with path.open("rb") as file:
        # A file of /proc has no length and may never end.
        return parsed(file.read(longest + 1)[:longest])
