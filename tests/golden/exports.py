"""What a page's download buttons hand out."""

from __future__ import annotations

import io
import json
import re
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

import numpy as np
import pandas as pd
from PIL import Image
from streamlit.elements.widgets.button import ButtonMixin

from tests.golden.digest import many, text

#: File name -> what its button says, and its data or what makes them.
Offered = dict[str, tuple[str, Any]]


@contextmanager
def offered() -> Iterator[Offered]:
    """The downloads that pages offer meanwhile; AppTest keeps their names and data to itself."""
    found: Offered = {}
    inner = ButtonMixin._download_button

    def noted(self: ButtonMixin, label: str, data: Any, file_name: str, *args, **kwargs) -> bool:
        found[file_name] = (label, data)
        return inner(self, label, data, file_name, *args, **kwargs)

    ButtonMixin._download_button = noted  # type: ignore[method-assign]
    try:
        yield found
    finally:
        ButtonMixin._download_button = inner  # type: ignore[method-assign]


def export(name: str, label: str, data: Any) -> dict[str, Any]:
    """A file in short: what its button says, and its columns, keys or shapes."""
    ending = name.rsplit(".", 1)[-1]
    content = data() if callable(data) else data
    raw = content.encode() if isinstance(content, str) else bytes(content)
    return {"label": label, **_KINDS.get(ending, _nothing)(raw)}


def _csv(raw: bytes) -> dict[str, Any]:
    if not raw.strip():
        return {"rows": 0}
    table = pd.read_csv(io.BytesIO(raw))
    return {"columns": many(map(str, table.columns)), "rows": len(table)}


def _json(raw: bytes) -> dict[str, Any]:
    found = json.loads(raw)
    if isinstance(found, dict):
        inner = {key: _listed(v) for key, v in found.items() if isinstance(v, list)}
        return {"keys": list(found), "lists": inner}
    return _listed(found)


def _listed(found: list[Any]) -> dict[str, Any]:
    first = found[0] if found else None
    return {"keys": list(first) if isinstance(first, dict) else [], "rows": len(found)}


def _npz(raw: bytes) -> dict[str, Any]:
    with np.load(io.BytesIO(raw)) as arrays:
        return {name: [str(v.dtype), list(v.shape)] for name, v in arrays.items()}


def _svg(raw: bytes) -> dict[str, Any]:
    drawn = raw.decode()
    tags = re.findall(r"<([a-z]+)", drawn)
    words = re.findall(r"<text[^>]*>([^<]*)</text>", drawn)
    return {"tags": {tag: tags.count(tag) for tag in sorted(set(tags))}, "words": many(words)}


def _png(raw: bytes) -> dict[str, Any]:
    return {"size": list(Image.open(io.BytesIO(raw)).size)}


def _txt(raw: bytes) -> dict[str, Any]:
    return {"text": text(raw.decode())}


def _nothing(raw: bytes) -> dict[str, Any]:
    """A notebook's cells are the boxes, which are recorded on their own."""
    return {}


_KINDS: dict[str, Callable[[bytes], dict[str, Any]]] = {
    "csv": _csv,
    "json": _json,
    "npz": _npz,
    "svg": _svg,
    "png": _png,
    "txt": _txt,
}
