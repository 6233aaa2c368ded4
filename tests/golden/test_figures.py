"""The form of a figure: the same for one picture in two dialects, another for another picture."""

from __future__ import annotations

from typing import Any

import pytest

from tests.golden.compare import differences
from tests.golden.digest import same_text
from tests.golden.figures import form

ROWS = [{"word": f"w{n}", "p": n / 10} for n in range(12)]
NAMES = [row["word"] for row in ROWS]


def nested(rows: list[dict[str, Any]], title: str = "probability") -> dict[str, Any]:
    """Rows at the top, encodings shared, a filter: as lite dicts and layered charts have it."""
    x = {"field": "p", "type": "quantitative", "axis": {"title": title, "grid": False}}
    text = {"field": "word", "type": "nominal"}
    return {
        "data": {"values": rows},
        "encoding": {"y": {"field": "word", "type": "nominal", "sort": None, "axis": None}, "x": x},
        "layer": [
            {"mark": "bar"},
            {
                "mark": {"type": "text", "dx": 3},
                "encoding": {"text": text},
                "transform": [{"filter": "datum.p > 0.2 && datum['p'] <= 1"}],
            },
        ],
    }


def flat() -> dict[str, Any]:
    """The same with named data in another order, other names of fields, each mark complete."""
    y = {"field": "of", "type": "nominal", "sort": NAMES, "axis": None}
    x = {"field": "v", "type": "quantitative", "title": "probability", "axis": {"grid": False}}
    text = {"field": "of", "type": "nominal"}
    all_rows = [{"of": row["word"], "v": row["p"]} for row in reversed(ROWS)]
    return {
        "datasets": {"all": all_rows, "some": [r for r in all_rows if 0.2 < r["v"] <= 1]},
        "layer": [
            {"mark": {"type": "bar"}, "data": {"name": "all"}, "encoding": {"x": x, "y": y}},
            {
                "mark": {"type": "text"},
                "data": {"name": "some"},
                "encoding": {"x": x, "y": y, "text": text, "dx": {"value": 3}},
            },
        ],
    }


def test_two_dialects_of_one_picture_have_one_form() -> None:
    assert not list(differences(form(nested(ROWS), {}), form(flat(), {})))


@pytest.mark.parametrize("number", range(12))
def test_two_words_that_change_places_are_seen(number: int) -> None:
    other = [dict(row) for row in ROWS]
    other[number]["word"], other[number - 1]["word"] = NAMES[number - 1], NAMES[number]
    assert list(differences(form(nested(ROWS), {}), form(nested(other), {})))


def test_a_value_and_a_title_are_seen() -> None:
    other = [{**row, "p": row["p"] + 0.01 * (row["word"] == "w5")} for row in ROWS]
    assert list(differences(form(nested(ROWS), {}), form(nested(other), {})))
    assert list(differences(form(nested(ROWS), {}), form(nested(ROWS, "share"), {})))


@pytest.mark.parametrize(
    ("one", "other", "same"),
    [
        ("with 0.72% of 50,257", "with 0.7% of 50,257", True),
        ("with 0.004%", "with < 0.01%", True),
        ("is −1.23 bits", "is −1.24 bits", True),
        ("is −1.23 bits", "is −1.33 bits", False),
        ("Token 3", "Token 4", False),
        ("head L5.H1", "head L5.H2", False),
        ("12 tokens", "12 words", False),
    ],
)
def test_texts_differ_by_rounding_at_most(one: str, other: str, same: bool) -> None:
    assert same_text(one, other) is same
