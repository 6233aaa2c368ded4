"""The overview and the shared sidebar, with good and bad input."""

from __future__ import annotations

import json

import pytest

from core.recipes.notebook import notebook
from tests.app import boxes, open_page, prompt_of, settle

BOXES = {"overview-machine", "overview-parameters"}


def shown_text(app) -> str:
    return " ".join(str(e.value) for e in [*app.text, *app.warning, *app.error, *app.caption])


def test_numbers_are_the_models(storyteller) -> None:
    app = open_page("overview", prompt="Once upon a time")
    best = boxes(app)["overview-machine"].shown["best"]
    trace = storyteller.trace("Once upon a time")
    assert best[0] == pytest.approx(_softmax(trace.logits).max(), rel=1e-4)
    book = json.loads(notebook("Overview", list(boxes(app).values())))
    assert [c["cell_type"] for c in book["cells"]][:3] == ["markdown", "markdown", "code"]


def _softmax(logits):
    import numpy as np

    powers = np.exp(logits.astype(float) - logits.max())
    return powers / powers.sum()


@pytest.mark.parametrize("prompt", ["", "   "])
def test_nothing_to_read(prompt: str) -> None:
    app = open_page("overview", prompt=prompt)
    if prompt:
        assert set(boxes(app)) == BOXES
    else:
        assert "type a text above" in " ".join(e.value for e in app.markdown)


@pytest.mark.parametrize(
    "prompt",
    [
        "😀",
        "日本語の文",
        "مرحبا",
        "e\u0301\u0327",
        "a\x00b\x07",
        "<script>alert(1)</script>",
        "$x_1$ **b** [l](u)",
    ],
)
def test_odd_prompts_are_text(prompt: str) -> None:
    app = open_page("overview", prompt=prompt)
    assert prompt_of(app) == prompt
    assert set(boxes(app)) == BOXES


def test_too_long_for_the_context_says_how_many() -> None:
    app = open_page("overview", prompt="one two three four " * 400)
    assert "1,601 tokens" in shown_text(app)
    assert "first 1,024" in shown_text(app)


def test_too_much_text_is_refused_and_kept() -> None:
    text = "a" * 100_001
    app = open_page("overview", prompt=text)
    assert "100,001 characters" in shown_text(app)
    assert prompt_of(app) == text


def test_a_model_that_does_not_exist() -> None:
    app = open_page("overview", prompt="Hello", model="nobody/no-such-model")
    assert not app.exception
    assert app.selectbox(key="model").value == "storyteller"
    assert set(boxes(app)) == BOXES


def test_examples_set_the_prompt() -> None:
    app = open_page("overview", prompt="Hello")
    app.button(key="example_3").click().run()
    settle(app)
    assert "bank" in str(prompt_of(app))


def test_small_weights_are_not_nothing(storyteller) -> None:
    app = open_page("overview", prompt="Once")
    table = next(t for t in app.dataframe if "MiB" in t.value.columns)
    sizes = {p.block: p.n_bytes for p in storyteller.loaded.placement}
    assert dict(zip(table.value["block"], table.value["MiB"] * 2**20, strict=True)) == sizes
    assert '"format": "%.3f"' in table.proto.columns
    assert all(float(f"{size:.3f}") > 0 for size in table.value["MiB"])
