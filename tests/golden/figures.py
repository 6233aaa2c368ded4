"""A figure's Vega-Lite as what it draws: two specs of one picture have the same form.

Layers fall into a list of marks in the order in which they are painted; each has its resolved
encodings (its own, else those of the layers around it), the defaults of the configuration, and
its rows after filters and calculations, wherever they came from. What a field is called does not
count, unless it is read as a title.
"""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from typing import Any

from tests.golden.encodings import Mark, mark
from tests.golden.expressions import evaluate

Spec = dict[str, Any]
_PARTS = ("layer", "concat", "hconcat", "vconcat")
_KEPT = ("height", "width", "padding", "autosize", "background", "title", "params", "bounds")


@dataclass(frozen=True)
class _Around:
    """What a part of a figure takes from the parts around it."""

    data: list[Spec] = field(default_factory=list)
    encoding: Spec = field(default_factory=dict)
    transforms: tuple[str, ...] = ()
    resolve: Spec = field(default_factory=dict)
    path: str = ""


def form(spec: Spec, datasets: dict[str, list[Spec]]) -> dict[str, Any]:
    """The figure in normal form.

    Parameters
    ----------
    spec : Vega-Lite
    datasets : rows by name, for data that the spec only names; ``""`` for data of the whole
    """
    datasets = {**datasets, **spec.get("datasets", {})}
    around = _Around(data=datasets.get("", []))
    config = spec.get("config", {})
    found: dict[str, Any] = {key: spec[key] for key in _KEPT if spec.get(key) not in (None, [])}
    found["marks"] = [mark(leaf, config) for leaf in _leaves(spec, around, datasets)]
    return found


def _leaves(spec: Spec, around: _Around, datasets: dict[str, list[Spec]]) -> Iterator[Mark]:
    around = _inside(spec, around, datasets)
    if "mark" in spec:
        kind = spec["mark"] if isinstance(spec["mark"], dict) else {"type": spec["mark"]}
        yield Mark(
            kind, around.encoding, around.data, around.transforms, around.resolve, around.path
        )
        return
    if "spec" in spec:  # facet or repeat
        ways = {key: spec[key] for key in ("facet", "repeat", "columns") if key in spec}
        path = f"{around.path}/{json.dumps(ways, sort_keys=True)}"
        yield from _leaves(spec["spec"], replace(around, path=path), datasets)
        return
    for kind in _PARTS:
        for number, part in enumerate(spec.get(kind, ())):
            path = around.path if kind == "layer" else f"{around.path}/{kind} {number}"
            yield from _leaves(part, replace(around, path=path), datasets)


def _inside(spec: Spec, around: _Around, datasets: dict[str, list[Spec]]) -> _Around:
    rows, kept = around.data, around.transforms
    if spec.get("data") is not None:
        rows, kept = _rows(spec["data"], datasets), ()
    for transform in spec.get("transform", ()):
        rows, left = _transformed(rows, transform)
        kept = (*kept, *left)
    encoding = {**around.encoding, **spec.get("encoding", {})}
    resolve = {**around.resolve, **spec.get("resolve", {})}
    return replace(around, data=rows, transforms=kept, encoding=encoding, resolve=resolve)


def _rows(data: Spec, datasets: dict[str, list[Spec]]) -> list[Spec]:
    if "values" in data:
        values = data["values"]
        return [row if isinstance(row, dict) else {"data": row} for row in values]
    if "name" in data:
        return datasets[data["name"]]
    raise ValueError(f"data from {sorted(data)}")


def _transformed(rows: list[Spec], transform: Spec) -> tuple[list[Spec], list[str]]:
    """The rows after a transform, and what could not be done here."""
    try:
        if isinstance(transform.get("filter"), str):
            return [row for row in rows if evaluate(transform["filter"], row)], []
        if "calculate" in transform:
            name, how = transform["as"], transform["calculate"]
            return [{**row, name: evaluate(how, row)} for row in rows], []
    except ValueError:
        pass
    return rows, [json.dumps(transform, sort_keys=True, ensure_ascii=False)]
