"""A parameter: what it reads, keeps, refuses and writes back; under AppTest, in its own page."""

from __future__ import annotations

import pytest
from streamlit.testing.v1 import AppTest


def page() -> None:
    from types import SimpleNamespace

    import streamlit as st

    from core.language import _
    from pages.kit import address
    from pages.kit.controls import Choice, Number, Position, Some, Step, Switch, Text
    from pages.kit.params import Values

    params = [
        Number("top_p", 0.0, 1.0, step=0.01, slide=True, default=0.95, title=lambda: _("top-p")),
        Number("layer", 0, lambda at: 5, step=1, default=3, title=lambda: "Layer", key="my_layer"),
        Step("k", [0, 1, 1000], default=1, title=lambda: "k"),
        Choice("by", lambda at: {"a": "A", "b": "B"}, title=lambda: "By"),
        Choice("menu", lambda at: {"a": "A", "b": "B"}, menu=True, title=lambda: "Menu"),
        Switch("hide", title=lambda: "Hide"),
        Text("word", title=lambda: "Word", longest=10),
        Some("kinds", lambda at: {"x": "X", "y": "Y"}, title=lambda: "Kinds"),
        Some("out", lambda at: {0: "0", 1: "1"}, apart=True, default=[0], title=lambda: "Out"),
        Position("token", title=lambda: "Token"),
    ]
    if "set_token" in st.session_state:  # as a callback does, before the page runs
        params[-1].set(st.session_state.pop("set_token"))
    ids = tuple(range(st.session_state.get("n_tokens", 4)))
    now = SimpleNamespace(ids=ids, last=len(ids) - 1)
    at = Values(now)  # type: ignore[arg-type]
    st.session_state["wrong"] = [p.name for p in params if p.wrong_in_address(at)]
    st.session_state["read"] = {p.name: at[p] for p in params}
    for param in params:
        param.draw(at)
        param.remember(at)
    address.write()


DEFAULTS = {
    "top_p": 0.95, "layer": 3, "k": 1, "by": "a", "menu": "a", "hide": False, "word": "",
    "kinds": ["x", "y"], "out": [0], "token": 3,
}  # fmt: skip


def opened(**address: object) -> AppTest:
    app = AppTest.from_function(page, default_timeout=60)
    for name, value in address.items():
        app.query_params[name] = value
    app.run()
    assert not app.exception, app.exception
    return app


def in_address(app: AppTest) -> dict[str, str | list[str]]:
    """The address: a text for a name, or a list where a name comes more than once."""
    found = {name: app.query_params[name] for name in app.query_params}
    return {n: v[0] if isinstance(v, list) and len(v) == 1 else v for n, v in found.items()}


def test_defaults_stay_out_of_the_address() -> None:
    app = opened()
    assert app.session_state["read"] == DEFAULTS
    assert in_address(app) == {}


def test_the_address_is_read_and_kept() -> None:
    asked = {"top_p": "0.5", "layer": "0", "k": "1000", "by": "b", "menu": "b", "hide": "true",
             "word": "cat", "kinds": "y", "out": ["0", "1"], "token": "1"}  # fmt: skip
    app = opened(**asked)
    assert app.session_state["read"] == {
        "top_p": 0.5, "layer": 0, "k": 1000, "by": "b", "menu": "b", "hide": True, "word": "cat",
        "kinds": ["y"], "out": [0, 1], "token": 1,
    }  # fmt: skip
    assert app.session_state["wrong"] == []
    assert app.number_input(key="my_layer").value == 0
    assert in_address(app) == asked


@pytest.mark.parametrize(
    "asked",
    [{"top_p": "2"}, {"layer": "6"}, {"layer": "x"}, {"k": "7"}, {"by": "c"}, {"menu": ""},
     {"hide": "maybe"}, {"kinds": "x,z"}, {"out": "7"}, {"token": "9"}],
)  # fmt: skip
def test_what_is_not_possible_is_told_and_not_taken(asked: dict) -> None:
    app = opened(**asked)
    (name,) = asked
    assert app.session_state["wrong"] == [name]
    if name not in ("kinds", "out"):  # of several, those that exist are taken
        assert app.session_state["read"] == DEFAULTS


def test_nothing_chosen_is_a_choice_too() -> None:
    app = opened(kinds="", out="")
    assert app.session_state["read"]["kinds"] == []
    assert app.session_state["read"]["out"] == []


def test_a_control_changes_the_value_and_the_address() -> None:
    app = opened()
    app.slider(key="top_p").set_value(0.25)
    app.number_input(key="my_layer").set_value(5)
    app.toggle(key="hide").set_value(True)
    app.text_input(key="word").set_value("dog").run()
    assert app.session_state["read"]["top_p"] == 0.25
    assert in_address(app) == {
        "top_p": "0.25", "layer": "5", "hide": "true", "word": "dog",
    }  # fmt: skip
    app.slider(key="top_p").set_value(0.95).run()
    assert "top_p" not in app.query_params


def test_a_place_in_a_text_is_forgotten_with_the_text() -> None:
    app = opened(token="1")
    app.session_state["n_tokens"] = 6
    app.run()
    assert app.session_state["read"]["token"] == 5
    assert "token" not in app.query_params
    app.session_state["n_tokens"] = 3
    app.session_state["set_token"] = 0  # chosen in this text
    app.run()
    assert app.session_state["read"]["token"] == 0
