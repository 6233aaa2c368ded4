"""The last page ends with what was seen, in the prompt's own numbers, and with what comes next."""

from __future__ import annotations

import pytest
from streamlit.testing.v1 import AppTest

from core.sampling.explain import favourite
from pages.shell.journey import stops
from tests.app import open_page

PROMPT = "Once upon a time there was a king"
HEADING = "### What you have seen"


def texts(app: AppTest) -> list[str]:
    return [markdown.value for markdown in app.markdown]


def test_the_last_page_ends_with_what_was_learned(storyteller) -> None:
    app = open_page(stops()[-1].name, prompt=PROMPT, panel="")
    assert HEADING in texts(app)
    told = " ".join(texts(app))
    for stop in stops()[1:]:
        assert f"**{stop.title}.**" in told
    n_tokens, shape = len(storyteller.ids(PROMPT)), storyteller.shape
    assert f"became {n_tokens} tokens" in told
    assert f"a vector of {shape.n_embd} numbers" in told
    assert f"{shape.n_layer * shape.n_head} heads in {shape.n_layer} layers" in told
    assert f"{shape.n_params:,} numbers" in told
    best = favourite(storyteller.trace(PROMPT).logits)
    assert f"{100 * best.probability:.1f}%" in told
    assert {link.proto.page for link in app.get("page_link")} >= {"", "glossary"}


@pytest.mark.parametrize("name", [stop.name for stop in stops()[:-1]])
def test_the_other_pages_do_not(name: str) -> None:
    app = open_page(name, prompt=PROMPT, panel="")
    assert HEADING not in texts(app)
