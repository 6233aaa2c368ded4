"""What goes to a part that runs in the browser: its words, and in short its form."""

from __future__ import annotations

import json
import re
import struct
from typing import Any

from tests.golden.digest import many, numbers, skeleton

#: Colours and faces are the theme's; a stamp only says that something changed.
_NO_WORDS = re.compile(r"#[0-9A-Fa-f]{3,8}|.*monospace.*")
#: Addresses are held by the browser's tests; a folder's name in them is another on each run.
_NOT_READ = ("stamp", "id", "marks", "type", "role", "ways", "next")


def payload(proto: Any) -> dict[str, Any]:
    """The words that a component can show, and each part of its data by kind and size."""
    data = _data(proto)
    if isinstance(data, dict) and set(data) == {"head", "arrays"}:
        data = data["head"]
    words: list[str] = []
    _collect(data, words)
    named = data if isinstance(data, dict) else {"": data}
    # Sorted: in which order they travel is not seen.
    return {
        "words": many(sorted(words, key=skeleton)),
        "wire": {key: _size(v) for key, v in named.items()},
    }


def _data(proto: Any) -> Any:
    kind = proto.WhichOneof("data")
    if kind == "json":
        return json.loads(proto.json)
    if kind == "mixed":
        return json.loads(proto.mixed.json)
    if kind == "bytes":  # a header's length, the header, numbers
        (length,) = struct.unpack_from("<I", proto.bytes)
        return json.loads(proto.bytes[4 : 4 + length])
    return None


def _collect(data: Any, words: list[str]) -> None:
    if isinstance(data, str):
        if data and not _NO_WORDS.fullmatch(data):
            words.append(data)
    elif isinstance(data, dict):
        for key, inner in data.items():
            if key not in _NOT_READ:
                _collect(inner, words)
    elif isinstance(data, list):
        for inner in data:
            _collect(inner, words)


def _size(data: Any) -> Any:
    if data is None or isinstance(data, bool | int | float):
        return data
    if isinstance(data, list) and data and all(isinstance(v, int | float) for v in data):
        return numbers(data)
    if isinstance(data, list | dict):
        return len(data)
    return type(data).__name__
