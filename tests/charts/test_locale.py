"""Charts and components write numbers as the session's language does."""

from __future__ import annotations

import json
import struct
from contextvars import copy_context
from typing import Any

import altair as alt
import numpy as np

from core.charts.theme import number_locale
from core.language import current_language
from core.numbers import in_latex
from pages.components.shared.wire import pack


def speaking(code: str, read: Any, *args: Any) -> Any:
    return copy_context().run(lambda: (current_language.set(code), read(*args))[1])


def test_vega_gets_the_marks_of_the_language_and_nothing_in_english() -> None:
    assert speaking("en", number_locale) == {}
    number = speaking("it", number_locale)["locale"]["number"]
    assert (number["decimal"], number["thousands"], number["percent"]) == (",", ".", "%")
    assert speaking("de", number_locale)["locale"]["number"]["percent"] == "\N{NO-BREAK SPACE}%"
    chart = alt.Chart().mark_point().configure(**speaking("it", number_locale))
    assert chart.to_dict()["config"]["locale"]["number"] == number  # Altair holds it for valid


def test_a_component_s_message_says_the_language_only_where_it_is_not_english() -> None:
    def head(code: str) -> dict[str, Any]:
        message = speaking(code, pack, {"a": 1}, np.zeros(2, np.float32))
        (length,) = struct.unpack("<I", message[:4])
        return json.loads(message[4 : 4 + length])

    assert head("en").keys() == {"head", "arrays"}
    assert head("it")["language"] == "it"
    assert head("it")["notation"] == [",", ".", "#%"]


def test_a_formula_has_the_mark_without_a_space_behind_it() -> None:
    assert speaking("en", in_latex, r"\dfrac{-1.25}{2}") == r"\dfrac{-1.25}{2}"
    assert speaking("it", in_latex, r"\dfrac{-1.25}{2} a.b") == r"\dfrac{-1{,}25}{2} a.b"
