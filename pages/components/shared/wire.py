"""Arrays on their way to the browser, as bytes: the other end is `wire.js`."""

from __future__ import annotations

import json
import struct
from typing import Any

import numpy as np

from core.language import SOURCE_LANGUAGE, current_language
from core.numbers import notation

#: What an array may hold, by NumPy's kind and size; the browser has a typed array for each.
KINDS = ("u1", "u2", "f4")


def pack(head: dict[str, Any], *arrays: np.ndarray) -> bytes:
    """A header and arrays as one message.

    Parameters
    ----------
    head : what JSON can hold
    arrays : of uint8, uint16 or float32; the browser gets them flat, row after row

    Returns
    -------
    bytes
        The length of the JSON (4 bytes, little endian), the JSON, the arrays; JSON and
        arrays are filled up to multiples of four bytes.

    Raises
    ------
    ValueError
        If an array holds something else.
    """
    kinds = [f"{array.dtype.kind}{array.dtype.itemsize}" for array in arrays]
    if unknown := set(kinds) - set(KINDS):
        raise ValueError(f"no typed array for {', '.join(sorted(unknown))}")
    sizes = [[kind, array.size] for kind, array in zip(kinds, arrays, strict=True)]
    said = {"head": head, "arrays": sizes, **_language()}
    text = json.dumps(said, ensure_ascii=False).encode()
    text += b" " * (-len(text) % 4)
    return struct.pack("<I", len(text)) + text + b"".join(map(_bytes, arrays))


def _language() -> dict[str, Any]:
    """The session's language and how it writes numbers, where that is not English."""
    code, how = current_language.get(), notation()
    told = {} if code == SOURCE_LANGUAGE else {"language": code}
    return told | ({} if how is None else {"notation": how})


def _bytes(array: np.ndarray) -> bytes:
    data = array.astype(array.dtype.newbyteorder("<"), order="C", copy=False).tobytes()
    return data + b"\0" * (-len(data) % 4)
