"""The attention page: numbers, state in the URL, bad input, every box in every setting."""

from __future__ import annotations

import io

import numpy as np
import pytest
from streamlit.testing.v1 import AppTest

from core.views.head_scores import scores_of
from core.views.sink import SINK_FROM
from core.views.thumbnails import layer_summary
from tests.app import boxes, open_page, set_prompt
from tests.boxes import check_box

PROMPT = "The little dog ran after the cat, and the cat ran after the"


def shown_text(app: AppTest) -> str:
    parts = [*app.text, *app.warning, *app.error, *app.caption, *app.markdown]
    return " ".join(str(e.value) for e in parts)


def in_address(app: AppTest, name: str) -> str:
    value = app.query_params[name]
    return value if isinstance(value, str) else value[-1]


@pytest.fixture(scope="module")
def app() -> AppTest:
    return open_page("attention", prompt=PROMPT, layer="2", head="3", query="9", key="4")


def test_the_address_chooses_head_query_and_key(app: AppTest, storyteller) -> None:
    assert app.number_input(key="attention_layer").value == 2
    assert app.session_state["token"] == 9
    pattern = storyteller.attention(storyteller.trace(PROMPT), 2).pattern[3]
    assert np.allclose(boxes(app)["attention-pattern"].shown, pattern, atol=1e-6)
    steps = boxes(app)["attention-steps"].shown
    assert steps["weights"][4] == pytest.approx(pattern[9, 4], abs=1e-6)
    assert "L2.H3" in shown_text(app)
    assert f"{pattern[9, 4]:.1%}" in shown_text(app)


def test_another_head_asks_nothing_of_the_model(app: AppTest, storyteller) -> None:
    app.number_input(key="attention_layer").set_value(1)
    app.number_input(key="attention_head").set_value(5).run()
    assert not app.exception
    pattern = storyteller.attention(storyteller.trace(PROMPT), 1).pattern[5]
    assert np.allclose(boxes(app)["attention-pattern"].shown, pattern, atol=1e-6)
    assert app.query_params["head"] == ["5"] or app.query_params["head"] == "5"
    # The key follows the head: its own strongest one.
    assert app.number_input(key="attention_key").value == int(pattern[9].argmax())


def test_boxes_of_other_settings(app: AppTest) -> None:
    app.toggle(key="attention_hide_first").set_value(True)
    app.selectbox(key="attention_kind").set_value("same_kind")
    app.multiselect(key="attention_off").set_value(["L1.H5", "L1.H6", "L4.H0"])
    app.button_group(key="attention_mode").set_value("mean")
    app.button_group(key="attention_together").set_value("largest")
    app.button(key="run_effects").click().run()
    assert not app.exception
    found = boxes(app)
    rows = np.asarray(found["attention-pattern"].shown)
    assert not rows[:, 0].any()
    assert np.allclose(rows[1:].sum(-1), 1, atol=1e-5)
    assert "Altered" in shown_text(app)
    names = ("all-heads", "pattern", "switched-off", "effects", "all-layers")
    for name in names:
        check_box(found[f"attention-{name}"])


def test_every_head_off_and_back(app: AppTest) -> None:
    app.button(key="off_all").click().run()
    assert not app.exception
    assert len(app.multiselect(key="attention_off").value) == 48
    assert "48 heads off" in shown_text(app)
    app.button(key="off_none").click().run()
    assert boxes(app)["attention-switched-off"].shown[-1] == pytest.approx(0, abs=1e-9)


@pytest.mark.parametrize("view", ["dims", "matrix", "out"])
def test_each_view_of_the_steps(app: AppTest, view: str) -> None:
    app.button_group(key="attention_view").set_value(view).run()
    assert not app.exception


def test_bad_places_in_the_address_and_one_token() -> None:
    app = open_page("attention", prompt="Hello", layer="99", head="x", query="7")
    text = shown_text(app)
    assert "There is no layer 99" in text
    assert "layers 0 to 5" in text
    assert "no number for “head”" in text
    assert "There is no token 7" in text
    assert np.asarray(boxes(app)["attention-pattern"].shown).tolist() == [[1.0]]
    assert len(boxes(app)) >= 6
    check_box(boxes(app)["attention-head-scores"])
    # A shorter prompt after a longer one: the query goes back to the last token.
    set_prompt(app, "red seven lamp red seven lamp red").run()
    assert not app.exception
    last = app.session_state["token"]
    set_prompt(app, "red seven").run()
    assert not app.exception
    assert app.session_state["token"] < last


def test_full_context_and_the_resting_place(storyteller) -> None:
    text = "One day the king went into the wood and saw a bird in a tree. " * 80
    ids = storyteller.ids(text)[:1024]
    trace = storyteller.trace(ids)
    # The head that rests most on the first token must be told apart, if there is one.
    rest = np.stack(
        [
            scores_of(storyteller.view(layer_summary, trace, layer).tally)["first"]
            for layer in range(storyteller.shape.n_layer)
        ]
    )
    layer, head = np.unravel_index(int(rest.argmax()), rest.shape)
    app = open_page("attention", prompt=text, layer=str(layer), head=str(head))
    assert np.asarray(boxes(app)["attention-pattern"].shown).shape == (1024, 1024)
    said = "rests on the first token" in shown_text(app)
    assert said == bool(rest.max() >= SINK_FROM)
    if said:
        check_box(boxes(app)["attention-sink"])
    sent = [p.proto.bytes for p in app.get("bidi_component") if p.proto.bytes]
    assert sent
    assert sum(map(len, sent)) < 4_000_000


def test_exports_hold_the_matrix(storyteller) -> None:
    from core.charts.attention import head_tables as charts

    trace = storyteller.trace(PROMPT)
    pattern = storyteller.attention(trace, 0).pattern[0]
    labels = [f"<b>{i}" for i in range(len(pattern))]
    table = charts.csv_table(pattern, labels).splitlines()
    assert len(table) == len(pattern) + 1
    assert float(table[2].split(",")[1]) == pytest.approx(float(pattern[1, 0]), abs=1e-7)
    arrays = np.load(io.BytesIO(charts.npz_file(pattern=pattern, token_ids=trace.token_ids)))
    assert np.array_equal(arrays["pattern"], pattern)
    assert arrays["token_ids"].tolist() == list(trace.token_ids)


def test_a_link_shows_what_was_chosen() -> None:
    asked = {
        "layer": "2",
        "head": "3",
        "attention_kind": "same_kind",
        "attention_sort": "true",
        "attention_hide_first": "true",
        "attention_view": "out",
        "attention_off": "L1.H5,L4.H0",
        "attention_mode": "mean",
        "attention_together": "largest",
        "together_query": "4",
    }
    app = open_page("attention", prompt=PROMPT, **asked)
    text = shown_text(app)
    assert "should be" not in text
    assert app.selectbox(key="attention_kind").value == "same_kind"
    assert app.toggle(key="attention_sort").value
    assert app.toggle(key="attention_hide_first").value
    assert app.button_group(key="attention_view").value == "out"
    assert app.multiselect(key="attention_off").value == ["L1.H5", "L4.H0"]
    assert app.button_group(key="attention_mode").value == "mean"
    assert app.button_group(key="attention_together").value == "largest"
    assert "Over all layers token 4 draws on" in text
    # The address keeps them, and the next head leaves the heads that are off alone.
    app.number_input(key="attention_head").set_value(6).run()
    token = asked.pop("together_query")  # the name of old: today all pages follow one token
    assert in_address(app, "token") == token
    assert {name: in_address(app, name) for name in asked} == asked | {"head": "6"}


def test_heads_off_in_the_address() -> None:
    app = open_page("attention", prompt=PROMPT, layer="2", head="3")
    assert in_address(app, "attention_off") == "L2.H3"
    app.button(key="off_all").click().run()
    assert in_address(app, "attention_off") == "all"
    app.button(key="off_none").click().run()
    assert in_address(app, "attention_off") == ""
    app = open_page("attention", prompt=PROMPT, attention_off="L9.H9")
    assert "should be all, or any of L0.H0 to L5.H7" in app.info[0].value
    assert app.multiselect(key="attention_off").value == []


def test_another_prompt_is_read_from_its_last_token() -> None:
    app = open_page("attention", prompt="a")
    assert "Over all layers token 0 draws on" in shown_text(app)
    set_prompt(app, "red seven lamp").run()
    assert "Over all layers token 2 draws on" in shown_text(app)


def test_parts_of_no_length_are_not_listed() -> None:
    app = open_page("attention", prompt=PROMPT, layer="1", head="3", attention_view="out")
    words = next(c.value for c in app.caption if "longest parts" in c.value)
    assert "length 0.00" not in words


def test_a_rest_that_rounds_to_nothing_is_not_none(storyteller) -> None:
    # Of the last token's keys twelve are drawn; a sure head leaves the others nothing to be seen.
    trace = storyteller.trace(PROMPT)
    last = trace.n_ctx - 1
    place = next(
        (layer, head, last)
        for layer in range(trace.n_layer)
        for head, pattern in enumerate(storyteller.attention(trace, layer).pattern)
        if 0 < np.sort(pattern[last])[:-12].sum() < 4e-4
    )
    asked = dict(zip(("layer", "head", "token"), map(str, place), strict=True))
    app = open_page("attention", prompt=PROMPT, **asked)
    words = next(c.value for c in app.caption if "not drawn" in c.value)
    assert words.endswith("hold less than 0.1%.")
