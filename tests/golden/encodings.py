"""One mark of a figure: what it looks like, what it encodes, and the rows that it draws."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from tests.golden.digest import many
from tests.golden.expressions import evaluate
from tests.golden.rows import rows

Spec = dict[str, Any]
#: Channels whose title nobody reads.
_UNTITLED = ("x2", "y2", "xError", "yError", "text", "order", "detail", "key", "url", "theta2")
#: Channels on which the order of the values is seen.
_ORDERED = ("x", "y", "xOffset", "yOffset", "row", "column", "facet", "color", "fill", "stroke")
_AXES = {"x": "axisX", "y": "axisY"}
_GUIDES = ("axis", "legend", "header")


@dataclass(frozen=True)
class Mark:
    """A mark with all that it takes from the layers around it."""

    look: Spec
    encoding: Spec
    data: list[Spec]
    transforms: tuple[str, ...]
    resolve: Spec
    path: str


def mark(leaf: Mark, config: Spec) -> dict[str, Any]:
    """The mark in normal form; `config` is the figure's."""
    kind = leaf.look["type"]
    look = {**config.get("mark", {}), **config.get(kind, {}), **leaf.look}
    channels: dict[str, Any] = {}
    columns: dict[str, list[Any]] = {}
    for name, entry in _entries(leaf.encoding):
        _encode(name, entry, leaf, config, look, channels, columns)
    found = {
        "type": look.pop("type"),
        "look": {key: look[key] for key in sorted(look)},
        "channels": channels,
        "rows": rows(columns, len(leaf.data)),
        "transforms": list(leaf.transforms),
        "resolve": leaf.resolve,
        "path": leaf.path,
    }
    return {key: v for key, v in found.items() if v or key == "rows"}


def _entries(encoding: Spec) -> list[tuple[str, Spec]]:
    found = []
    for name in sorted(encoding):
        entry = encoding[name]
        if isinstance(entry, list):
            found += [(f"{name}.{number}", inner) for number, inner in enumerate(entry)]
        elif entry is not None:
            found.append((name, entry))
    return found


def _encode(
    name: str,
    entry: Spec,
    leaf: Mark,
    config: Spec,
    look: Spec,
    channels: dict[str, Any],
    columns: dict[str, list[Any]],
) -> None:
    """Put one channel where it belongs: what the mark looks like, or what it says of its rows."""
    if "condition" in entry:
        entry = _decided(name, entry, leaf.data, columns, channels)
    if "value" in entry:
        look[name] = entry["value"]  # the same as a property of the mark
    if "datum" in entry or "field" in entry or "aggregate" in entry:
        channels[name] = _channel(name, entry, leaf.data, config)
        if "field" in entry:
            columns[name] = [_cell(row, entry["field"]) for row in leaf.data]


def _cell(row: Spec, name: str) -> Any:
    return row.get(name, row.get(name.replace("\\", "")))


def _decided(
    name: str,
    entry: Spec,
    data: list[Spec],
    columns: dict[str, list[Any]],
    channels: dict[str, Any],
) -> Spec:
    """A channel whose conditions are answered row by row; what is left of it."""
    rest = {key: v for key, v in entry.items() if key != "condition"}
    conditions = entry["condition"]
    for condition in conditions if isinstance(conditions, list) else [conditions]:
        inner = {key: v for key, v in condition.items() if key != "test"}
        try:
            answers = [bool(evaluate(condition["test"], row)) for row in data]
        except (KeyError, ValueError):
            channels[f"{name} if"] = condition
            continue
        columns[f"{name} if"] = [str(answer) for answer in answers]
        if "value" in inner:
            channels[f"{name} if"] = inner if any(answers) else {}
            continue
        rest = {**rest, **inner}
    return rest


def _channel(name: str, entry: Spec, data: list[Spec], config: Spec) -> dict[str, Any]:
    """A channel without its field's name, with what its axis or legend says."""
    entry = dict(entry)
    column = entry.pop("field", None)
    found: dict[str, Any] = {"type": entry.pop("type", None)}
    title = entry.pop("title", column)
    for guide in _GUIDES:
        if guide in entry:
            stated = entry.pop(guide)
            if stated is None:
                title, found[guide] = None, None
                continue
            title = stated.get("title", title)
            defaults = {**config.get(guide, {}), **config.get(_AXES.get(name, ""), {})}
            both = {**defaults, **stated}
            found[guide] = {key: both[key] for key in sorted(both) if key != "title"}
    if name.split(".")[0] not in _UNTITLED:
        found["title"] = title
    sort = entry.pop("sort", "ascending")
    if found["type"] in ("nominal", "ordinal") and name in _ORDERED and column is not None:
        found["order"] = _order([_cell(row, column) for row in data], sort)
    elif sort != "ascending":
        found["sort"] = sort
    return {**found, **{key: entry[key] for key in sorted(entry)}}


def _order(cells: list[Any], sort: Any) -> Any:
    """The values in the order in which an axis or a legend has them."""
    values = list(dict.fromkeys(cell for cell in cells if cell is not None))
    if isinstance(sort, list):
        values = [v for v in sort if v in values] + [v for v in values if v not in sort]
    elif sort in ("ascending", "descending"):
        values.sort(key=lambda v: (isinstance(v, str), v), reverse=sort == "descending")
    elif sort is not None:
        return sort
    return many(f"{v:g}" if isinstance(v, float) else str(v) for v in values)
