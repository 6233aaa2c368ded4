"""What a page opens with, what it offers, and how the rest is opened: click, link, all at once."""

from __future__ import annotations

import pytest
from streamlit.testing.v1 import AppTest

from pages.kit.panel import PANELS, first_sentence
from pages.shell.journey import stops
from tests.app import boxes, open_page

PROMPT = "Once upon a time there was a king"


def in_address(app: AppTest, name: str) -> str | None:
    held = app.query_params.get(name)
    return held[0] if isinstance(held, list) else held


def headings(app: AppTest) -> list[str]:
    return [heading.value for heading in app.subheader]


def offered(app: AppTest) -> set[str]:
    return {str(b.key).removeprefix("open_") for b in app.button if str(b.key).startswith("open_")}


@pytest.mark.parametrize("name", [stop.name for stop in stops()])
def test_a_page_opens_with_at_most_three_panels_and_offers_the_others(name: str) -> None:
    app = open_page(name, prompt=PROMPT, panel="")
    ours = [panel for panel in PANELS.values() if panel.page == name]
    first = [panel for panel in ours if panel.depth == "first"]
    assert 1 <= len(first) <= 3
    assert len(headings(app)) == len(first)
    assert offered(app) == {panel.word for panel in ours} - {panel.word for panel in first}


def test_a_click_opens_and_closes_and_the_address_says_so() -> None:
    app = open_page("layers", prompt=PROMPT, panel="")
    assert "layers-block" not in boxes(app)
    app.button(key="open_block").click().run()
    assert "layers-block" in boxes(app)
    assert in_address(app, "panel") == "block"
    app.button(key="open_mlp").click().run()
    assert in_address(app, "panel") == "block,mlp"
    app.button(key="close_panel_block").click().run()
    assert "layers-block" not in boxes(app)
    assert in_address(app, "panel") == "mlp"


def test_a_link_opens_panels() -> None:
    app = open_page("attention", prompt=PROMPT, panel="steps,together")
    assert offered(app) == {"off", "role", "learned"}
    assert "attention-all-layers" in boxes(app)


def test_all_of_them_stay_open_from_page_to_page() -> None:
    app = open_page("layers", prompt=PROMPT, panel="all")
    assert not offered(app)
    app.switch_page("pages/embeddings.py").run()
    assert not offered(app)
    app.button(key="close_panel_matrix").click().run()  # one is closed, the others stay
    assert offered(app) == {"matrix"}


def test_a_link_of_old_opens_the_panel_that_it_sets_something_of() -> None:
    """Links that people sent before panels could be closed name a setting, and no panel."""
    app = open_page("layers", prompt=PROMPT, panel=None, mlp="2")
    assert "mlp" not in offered(app)
    assert "layers-neurons" in boxes(app)
    assert "race" in offered(app)


def test_a_panel_that_is_not_there_is_told_with_its_cure() -> None:
    app = open_page("layers", prompt=PROMPT, panel="nothing")
    told = " ".join(info.value for info in app.info)
    assert "panel=nothing should be any of" in told
    assert "block" in offered(app)


def test_what_is_closed_is_not_computed(storyteller, monkeypatch) -> None:
    from pages.panels.layers import block

    def never(*_args: object) -> None:
        raise AssertionError("a closed panel was computed")

    monkeypatch.setattr(block, "block_steps", never)
    app = open_page("layers", prompt="A text that nobody asked before", panel="")
    assert not app.exception


@pytest.mark.parametrize("name", ["query", "together_query"])
def test_the_token_of_links_of_old_is_the_one_that_all_pages_follow(name: str) -> None:
    app = open_page("attention", prompt=PROMPT, **{name: "3"})
    assert app.session_state["token"] == 3
    assert in_address(app, "token") == "3"
    app.switch_page("pages/layers.py").run()
    assert "After token 3" in " ".join(c.value for c in app.caption)


def test_the_first_sentence_ends_at_its_point() -> None:
    assert first_sentence("One, e.g.that. Two.") == "One, e.g.that."
    assert first_sentence("Is it? It is.") == "Is it?"
    assert first_sentence("No end") == "No end"
