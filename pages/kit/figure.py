"""What a panel shows: figures, tables, numbers, pieces of text; each drawn when it is called."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from functools import partial
from typing import Any, Literal

import pandas as pd
import pyarrow as pa
import streamlit as st

from core.charts.figure import Figure
from core.charts.theme import INK_DARK, INK_LIGHT, number_locale
from core.numbers import decimal

# Streamlit writes a styled table's texts cell by cell, which takes Arrow's strings twice as long.
pd.set_option("mode.string_storage", "python")
#: Something that a panel draws. A component with its data bound (`functools.partial`) is one.
Drawn = Callable[[], object]


def chart(figure: Figure, *, key: str, alt: str, **options: Any) -> Drawn:
    """A chart with the app's theme.

    Parameters
    ----------
    figure : as a function of `core.charts` returns it
    key : unique on the page
    alt : the figure in words, for screen readers
    options : of `st.vega_lite_chart`, such as ``on_select``
    """

    def draw() -> object:
        # Streamlit leaves the text inside a chart black, and on a light page writes its axes in a
        # grey of 3.7 to 1 in contrast, which a projector swallows.
        ink = INK_DARK if st.context.theme.type == "dark" else INK_LIGHT
        around = {"labelColor": ink, "titleColor": ink}
        config = {"text": {"color": ink}, "axis": around, "legend": around, **number_locale()}
        spec = {**figure.spec, "config": config, "datasets": figure.arrow()}
        return st.vega_lite_chart(
            spec, key=key, alt=alt, **{"width": "stretch", "theme": "streamlit", **options}
        )

    return draw


def clicked(key: str, selection: str) -> Mapping[str, Any] | None:
    """The values of the mark of a chart that was clicked last; for callbacks.

    Parameters
    ----------
    key : of the chart
    selection : its name in the figure
    """
    found = st.session_state.get(key)
    points = [] if found is None else found.selection.get(selection, [])
    return points[-1] if points else None


def table(
    columns: Mapping[str, Sequence] | pd.DataFrame,
    *,
    key: str | None = None,
    formats: Mapping[str, Any] | None = None,
    **options: Any,
) -> Drawn:
    """A table.

    Parameters
    ----------
    columns : title -> values
    key : unique on the page
    formats : title -> how its values are shown, a column of `st.column_config`
    options : of `st.dataframe`
    """
    # Streamlit would make a pandas table of the columns first, which takes five times as long.
    data = pa.table(dict(columns)) if isinstance(columns, Mapping) else columns
    return lambda: st.dataframe(
        data,
        key=key,
        column_config=formats,
        **{"hide_index": True, "width": "stretch", **options},
    )


def folded(title: str, icon: str, make: Callable[[], Drawn], *, key: str) -> None:
    """A part that is a line until it is opened; until then it is neither made nor sent."""
    part = st.expander(title, icon=icon, key=key, on_change="rerun")
    if part.open:
        with part:
            make()()


def numbers_table(columns: Mapping[str, Sequence], digits: int = 4) -> Drawn:
    """A table of real numbers with `digits` after the point, and of what names them."""

    def draw() -> object:
        frame = pd.DataFrame(columns)
        # A column's own format would write a hyphen for the minus sign.
        reals = frame.select_dtypes("float").columns
        shown = frame.style.format(dict.fromkeys(reals, partial(decimal, digits=digits)))
        return st.dataframe(shown, hide_index=True, width="stretch", height="content")

    return draw


def metrics(figures: Sequence[tuple[str, str]]) -> Drawn:
    """Names and numbers side by side."""

    def draw() -> None:
        for column, (name, value) in zip(st.columns(len(figures)), figures, strict=True):
            column.metric(name, value)

    return draw


def text(words: str) -> Drawn:
    """What may hold typed text: no Markdown."""
    return lambda: st.text(words)


def markdown(words: str) -> Drawn:
    """Our own words; what was typed goes through `pages.kit.words.plain`."""
    return lambda: st.markdown(words)


def code(words: str) -> Drawn:
    """A line in the monospaced face."""
    return lambda: st.code(words, language=None, wrap_lines=True)


def side_by_side(
    *parts: Drawn, widths: Sequence[float] | None = None, gap: Literal["small", "medium"] = "small"
) -> Drawn:
    """Parts in columns; on a narrow window they fall under each other."""

    def draw() -> None:
        for column, part in zip(st.columns(widths or len(parts), gap=gap), parts, strict=True):
            with column:
                part()

    return draw


def below(*parts: Drawn) -> Drawn:
    """Parts under each other."""

    def draw() -> None:
        for part in parts:
            part()

    return draw
