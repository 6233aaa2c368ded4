"""A figure is put together once and filled with data."""

from __future__ import annotations

import altair as alt
import numpy as np
import pytest

from core.charts.figure import rows, slot, structure
from core.language import current_language
from tests.charts.schema import check_chart

built: list[str] = []


@structure
def _bars(title: str) -> alt.Chart:
    built.append(title)
    scale = alt.Scale(domain=slot("domain"))
    return alt.Chart(rows()).mark_bar().encode(x=alt.X("v:Q", title=title, scale=scale), y="n:N")


def _filled(title: str = "a", **slots):
    table = {"n": ["x", "y"], "v": np.array([1.0, np.nan])}
    return _bars(title).fill({"rows": table}, height=40, **{"domain": [0, 2], **slots})


def test_it_is_put_together_once_for_its_arguments() -> None:
    built.clear()
    first, second = _filled("once"), _filled("once", domain=[0, 5])
    assert built == ["once"]
    assert first.spec["encoding"]["x"]["scale"]["domain"] == [0, 2]
    assert second.spec["encoding"]["x"]["scale"]["domain"] == [0, 5]
    assert first.spec["height"] == 40
    first.spec["encoding"].clear()
    assert _filled("once").spec["encoding"], "a filled figure is nobody else's"


def test_a_language_has_its_own() -> None:
    built.clear()
    _filled("words")
    token = current_language.set("xx")
    try:
        _filled("words")
    finally:
        current_language.reset(token)
    assert built == ["words", "words"]


def test_data_are_arrow_and_what_is_no_number_is_missing() -> None:
    figure = _filled()
    assert figure.arrow()["rows"].to_pydict() == {"n": ["x", "y"], "v": [1.0, None]}
    check_chart(figure)


def test_open_and_unknown_slots_are_errors() -> None:
    with pytest.raises(ValueError, match="open"):
        _bars("a").fill({})
    with pytest.raises(ValueError, match="no slot"):
        _filled(size=3)
