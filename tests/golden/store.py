"""One file a page: its states, with what occurs more than once written once."""

from __future__ import annotations

import json
from collections import Counter
from pathlib import Path
from typing import Any

DATA = Path(__file__).parent / "data"
#: Shorter parts are not worth a reference.
SHORTEST = 24
_REFERENCE = "§"


def save(page: str, states: dict[str, Any]) -> Path:
    """Write a page's states down."""
    counted: Counter[str] = Counter()
    _count(states, counted)
    shared = {text: n for n, (text, times) in enumerate(counted.items()) if times > 1}
    shared = {text: n for n, text in enumerate(shared)}
    table = [_put(json.loads(text), shared, outermost=True) for text in shared]
    lines = [f"{_text(name)}:{_text(_put(found, shared))}" for name, found in states.items()]
    parts = ",\n".join(map(_text, table))
    path = DATA / f"{page}.json"
    path.parent.mkdir(exist_ok=True)
    whole = '{"shared":[\n' + parts + '\n],\n"states":{\n' + ",\n".join(lines) + "\n}}\n"
    path.write_text(whole, encoding="utf-8")
    return path


def load(page: str) -> dict[str, Any]:
    """A page's states as they were written down."""
    read = json.loads((DATA / f"{page}.json").read_text(encoding="utf-8"))
    return {name: _get(found, read["shared"]) for name, found in read["states"].items()}


def _text(part: Any) -> str:
    return json.dumps(part, ensure_ascii=False, separators=(",", ":"))


def _count(part: Any, counted: Counter[str]) -> None:
    if isinstance(part, str | dict | list):
        text = _text(part)
        if len(text) >= SHORTEST:
            counted[text] += 1
            if counted[text] > 1:
                return  # its parts are counted already
    for inner in (
        part.values() if isinstance(part, dict) else part if isinstance(part, list) else ()
    ):
        _count(inner, counted)


def _put(part: Any, shared: dict[str, int], *, outermost: bool = False) -> Any:
    if not isinstance(part, str | dict | list):
        return part
    if not outermost and (text := _text(part)) in shared and len(text) >= SHORTEST:
        return {_REFERENCE: shared[text]}
    if isinstance(part, dict):
        return {key: _put(inner, shared) for key, inner in part.items()}
    return [_put(inner, shared) for inner in part] if isinstance(part, list) else part


def _get(part: Any, table: list[Any]) -> Any:
    if isinstance(part, dict):
        if _REFERENCE in part:
            return _get(table[part[_REFERENCE]], table)
        return {key: _get(inner, table) for key, inner in part.items()}
    return [_get(inner, table) for inner in part] if isinstance(part, list) else part
