"""Everything that a learner gets from a page, read from AppTest's tree."""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import Any

import numpy as np
import pandas as pd
from streamlit.dataframe_util import convert_arrow_bytes_to_pandas_df
from streamlit.testing.v1 import AppTest
from streamlit.testing.v1.element_tree import Block, Element, Metric, PageLink, Widget

from tests.app import boxes
from tests.golden import digest, exports, figures, payloads

#: What is compared on its own.
KINDS = (
    "address", "widgets", "texts", "boxes", "exports", "tables", "containers", "components",
    "figures",
)  # fmt: skip
#: Elements that are read as they stand.
_READ = (
    "title", "subheader", "header", "markdown", "caption", "latex", "text", "code",
    "info", "warning", "error", "success",
)  # fmt: skip
#: Held by tests of their own: the glossary's sentences, which go to every page.
_ELSEWHERE = ("term_notes",)
_LIMITS = ("min", "max", "step", "disabled", "placeholder", "help")


def seen(app: AppTest, offered: exports.Offered) -> dict[str, Any]:
    """The page in short, by kind of thing (`KINDS`)."""
    found: dict[str, Any] = {
        "address": {key: _address(v) for key, v in sorted(app.query_params.items())},
        "widgets": [],
        "texts": [],
        "boxes": {name: digest.value(box.shown) for name, box in boxes(app).items()},
        "exports": {name: exports.export(name, *what) for name, what in offered.items()},
        "tables": [],
        "containers": [],
        "components": {},
        "figures": [],
    }
    for place in (app.main, app.sidebar):
        for node in _nodes(place):
            _note(node, found)
    return found


def _address(v: Any) -> Any:
    return v[0] if isinstance(v, list) and len(v) == 1 else v


def _nodes(block: Block) -> Iterator[Block | Element]:
    """A block's parts in the order in which they are read."""
    for number in sorted(block.children):
        node = block.children[number]
        yield node
        if isinstance(node, Block):
            yield from _nodes(node)


def _note(node: Block | Element, found: dict[str, Any]) -> None:
    if isinstance(node, Block):
        label = getattr(node.proto, "label", "") or getattr(
            getattr(node.proto, "popover", None), "label", ""
        )
        if label:
            found["texts"].append([node.type, label])
        # The CSS class ``st-key-…``; a Python box's is made of its name, which "boxes" holds.
        if node.key and node.key.removeprefix("python_") not in found["boxes"]:
            found["containers"].append(node.key)
    elif isinstance(node, Widget):
        if node.type != "download_button":  # by file name, with the exports
            found["widgets"].append(_widget(node))
    elif node.type in _READ:
        if node.type != "code" or node.language != "python":  # a box
            found["texts"].append([node.type, digest.text(str(node.value))])
    elif isinstance(node, Metric | PageLink):
        words = f"{node.label}: {node.value}" if isinstance(node, Metric) else node.label
        found["texts"].append([node.type, words])
    elif node.type == "dataframe":
        found["tables"].append(_table(node))
    elif node.type == "vega_lite_chart":
        found["figures"].append(_figure(node.proto))
    elif node.type == "bidi_component" and node.key not in _ELSEWHERE:
        found["components"][str(node.key)] = payloads.payload(node.proto)


def _widget(node: Widget) -> dict[str, Any]:
    found: dict[str, Any] = {"kind": node.type, "key": node.key, "label": node.label}
    if node.type != "button":
        found["value"] = _plain(node.value)
    if hasattr(node, "options"):
        found["options"] = digest.many(map(str, node.options))
    for name in _LIMITS:
        limit = getattr(node, name, None)
        if limit not in (None, "", False):
            found[name] = limit
    return found


def _plain(v: Any) -> Any:
    if isinstance(v, str):
        return digest.text(v)
    if isinstance(v, list | tuple):
        return [_plain(inner) for inner in v]
    return v.item() if isinstance(v, np.generic) else v


def _table(node: Element) -> dict[str, Any]:
    table = node.value
    assert isinstance(table, pd.DataFrame)
    titles = json.loads(node.proto.columns or "{}")
    shown = [str(titles.get(str(c), {}).get("label") or c) for c in table.columns]
    return {"key": node.key, "columns": list(map(str, table.columns)), "titles": shown,
            "rows": len(table)}  # fmt: skip


def _figure(proto: Any) -> dict[str, Any]:
    datasets = {d.name if d.has_name else "": _rows(d.data.data) for d in proto.datasets}
    if proto.HasField("data"):
        datasets[""] = _rows(proto.data.data)
    words = {"alt": proto.alt} if proto.alt else {}
    return {**words, **figures.form(json.loads(proto.spec), datasets)}


def _rows(arrow: bytes) -> list[dict[str, Any]]:
    table = convert_arrow_bytes_to_pandas_df(arrow)
    plain = table.astype(object).where(table.notna(), None)
    return plain.to_dict("records")  # type: ignore[return-value]
