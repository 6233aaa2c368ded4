"""A figure: an Altair chart put together once, and filled with data each time it is drawn.

To put an Altair chart together and turn it into Vega-Lite takes 20 to 50 ms; to fill it with data
less than one. So a figure has two parts: a *structure*, a function without data that is cached,
and a plain function that fills it:

    def ranks(names: Sequence[str], values: np.ndarray) -> Figure:
        return _ranks(_("rank")).fill(
            {"rows": {"name": names, "value": values}}, height=30, domain=[0, values.max()]
        )

    @structure
    def _ranks(title: str) -> alt.Chart:
        return (
            alt.Chart(rows())
            .mark_bar()
            .encode(x=alt.X("value:Q", title=title, scale=alt.Scale(domain=slot("domain"))))
        )

What differs from draw to draw, but is no data (a domain, an order), is a `slot`.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from functools import lru_cache, wraps
from itertools import chain
from textwrap import wrap
from typing import Any, ParamSpec

import altair as alt
import numpy as np
import pyarrow as pa
from altair.utils.schemapi import debug_mode

from core.language import current_language

P = ParamSpec("P")
#: A column's name -> its values, all of one length.
Columns = Mapping[str, Sequence | np.ndarray]

_LEFT, _RIGHT = "⟦", "⟧"
#: Letters of a title in one line.
_LINE = 50
#: Structures of one function that are kept: languages, and what its arguments may be.
_KEPT = 32


def rows(name: str = "rows") -> alt.NamedData:
    """Data that come when the figure is drawn, under a name."""
    return alt.NamedData(name=name)


def slot(name: str) -> Any:
    """A place in a structure that `fill` puts a value into: a domain, an order, a list."""
    return f"{_LEFT}{name}{_RIGHT}"


def columns_of(dicts: Sequence[Mapping[str, Any]], *names: str) -> dict[str, list]:
    """The named columns, or all, of a table that is given row by row."""
    wanted = names or next(iter(dicts), ())
    return {name: [row[name] for row in dicts] for name in wanted}


@dataclass(frozen=True, eq=False)
class Figure:
    """Vega-Lite, and the tables that it draws.

    Attributes
    ----------
    spec : Vega-Lite without data
    tables : name of the data -> its columns
    """

    spec: dict[str, Any]
    tables: Mapping[str, Columns] = field(default_factory=dict)

    def arrow(self) -> dict[str, pa.Table]:
        """The tables as a browser gets them; what is not a number is missing there."""
        return {
            name: pa.table({key: pa.array(_plain(v), from_pandas=True) for key, v in table.items()})
            for name, table in self.tables.items()
        }

    def to_dict(self) -> dict[str, Any]:
        """Whole Vega-Lite, its data as rows; for tests and for pictures to take away."""
        data = {name: table.to_pylist() for name, table in self.arrow().items()}
        return {**self.spec, "datasets": data}


def _plain(values: Sequence | np.ndarray) -> Sequence | np.ndarray:
    return values if isinstance(values, np.ndarray) else list(values)


@dataclass(frozen=True, eq=False)
class Structure:
    """A figure without its data."""

    text: str

    def fill(
        self,
        tables: Mapping[str, Columns] | None = None,
        *,
        height: float | None = None,
        **slots: Any,
    ) -> Figure:
        """The figure with its data.

        Parameters
        ----------
        tables : name of the data -> its columns
        height : of the figure in pixels, where it depends on the data
        slots : a value for each `slot` of the structure

        Raises
        ------
        ValueError
            If a slot is left open, or one is filled that the structure does not have.
        """
        text = self.text
        for name, value in slots.items():
            place = f'"{_LEFT}{name}{_RIGHT}"'
            if place not in text:
                raise ValueError(f"the figure has no slot {name!r}")
            text = text.replace(place, json.dumps(_json(value)))
        if _LEFT in text:
            raise ValueError(f"a slot is open: {text[text.index(_LEFT) :][:40]}")
        size = {} if height is None else {"height": height}
        return Figure(json.loads(text) | size, tables or {})


def _json(value: Any) -> Any:
    return value.tolist() if isinstance(value, np.ndarray | np.generic) else value


def _folded(part: Any) -> Any:
    """A specification whose long titles take several lines, so that a phone has room."""
    if isinstance(part, list):
        return [_folded(one) for one in part]
    if not isinstance(part, dict):
        return part
    folded = {key: v if key == "tooltip" else _folded(v) for key, v in part.items()}
    for name in ("title", "text") if "anchor" in folded else ("title",):
        if isinstance(folded.get(name), str):
            folded[name] = in_lines(folded[name])
        elif isinstance(folded.get(name), list):
            folded[name] = list(chain(*(wrap(text, _LINE) for text in folded[name])))
    return folded


def in_lines(title: str, letters: int = _LINE) -> str | list[str]:
    """A title, in lines of so many letters where it is longer."""
    lines = wrap(title, letters)
    return lines if len(lines) > 1 else title


def structure(build: Callable[P, Any]) -> Callable[P, Structure]:
    """Put a chart together once for each of its arguments and languages.

    Parameters
    ----------
    build : makes an Altair chart of `rows()` and `slot()`; its arguments are hashable
    """

    @lru_cache(maxsize=_KEPT)
    def cached(_language: str, *args: Any, **kwargs: Any) -> Structure:
        # Slots are not what Altair expects at their places: the tests check filled figures
        # against Vega-Lite's schema instead.
        with debug_mode(False):
            spec = build(*args, **kwargs).to_dict(validate=False)  # type: ignore[arg-type]
        # Altair's own theme: the page's width and Streamlit's theme are asked for instead.
        spec.pop("config", None)
        return Structure(json.dumps(_folded(spec), ensure_ascii=False))

    @wraps(build)
    def in_language(*args: P.args, **kwargs: P.kwargs) -> Structure:
        return cached(current_language.get(), *args, **kwargs)

    return in_language
