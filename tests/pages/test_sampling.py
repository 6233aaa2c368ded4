"""The sampling page under AppTest: numbers, choices, work that goes on, bad input."""

from __future__ import annotations

import time
from pathlib import Path

import pytest
from streamlit.testing.v1 import AppTest

from core import cache
from core.sampling.choice import text_of
from core.sampling.explain import leading
from core.sampling.settings import SamplingSettings
from core.sampling.stages import pipeline
from core.sampling.story import taken
from tests.app import boxes, open_page, prompt_of, set_prompt, settle
from tests.boxes import check_box

PROMPT = "Once upon a time there was a king who had"


def said(app: AppTest) -> str:
    return " ".join(str(e.value) for e in [*app.text, *app.caption, *app.info, *app.markdown])


def story(app: AppTest):
    (kept,) = app.session_state["stories"].values()
    return kept.story


def wait_for(app: AppTest, name: str) -> None:
    """Run the page again until the work in the background is done, as the browser does."""
    for _try in range(600):
        if all(b.disabled for b in app.button if b.key == f"stop_{name}"):
            break
        time.sleep(0.2)
        app.run()
    else:
        raise TimeoutError(f"{name} did not end")
    assert not app.exception, [e.message for e in app.exception]


@pytest.fixture(scope="module")
def app() -> AppTest:
    return open_page("sampling", prompt=PROMPT, penalty="1.2", min_p="0.02", seed="3")


def test_the_stages_are_the_pipelines(app: AppTest, storyteller) -> None:
    recipe = boxes(app)["sampling-stages"]
    settings = SamplingSettings(1.2, 0.8, 40, 0.95, 0.02)
    ids = storyteller.ids(PROMPT)
    stages = pipeline(storyteller.trace(PROMPT).logits, settings, ids)
    shown = list(leading(stages, 12))
    assert len(recipe.shown) == len(stages) == 6
    for row, stage in zip(recipe.shown, stages, strict=True):
        assert row[:-1] == pytest.approx(stage.probs[shown].tolist(), rel=1e-3, abs=1e-7)
    check_box(recipe)
    check_box(boxes(app)["sampling-surprise"])


def test_sliders_do_not_run_the_model(app: AppTest) -> None:
    passes = []
    model = cache.pool().get_or_start("storyteller").loaded.model  # type: ignore[union-attr]
    watch = model.transformer.h[0].register_forward_pre_hook(lambda *_args: passes.append(1))
    try:
        app.slider(key="top_p").set_value(0.5).run()
        app.select_slider(key="temperature").set_value(100.0).run()
        assert not app.exception
        assert not passes, "moving a slider must not run the model"
        app.select_slider(key="temperature").set_value(0.8).run()
    finally:
        watch.remove()


def test_choices_undone_redone_and_written_into_the_box(app: AppTest) -> None:
    app.button(key="draw").click().run()
    app.button(key="draw").click().run()
    app.button(key="best").click().run()
    assert [c.how for c in taken(story(app))] == ["drawn", "drawn", "greedy"]
    before = text_of(taken(story(app)))
    app.button(key="undo").click().run()
    app.button(key="undo").click().run()
    assert len(taken(story(app))) == 1
    check_box(boxes(app)["sampling-draw"])
    app.button(key="redo").click().run()
    app.button(key="redo").click().run()
    assert text_of(taken(story(app))) == before
    app.button(key="clear").click().run()
    assert not taken(story(app))


def test_a_run_stays_as_it_was_written(app: AppTest) -> None:
    app.slider(key="length").set_value(6)
    app.text_input(key="stop_at").set_value("never met")
    app.button(key="start_run").click().run()
    wait_for(app, "run")
    recipe = boxes(app)["sampling-run"]
    assert len(recipe.shown) == 6
    assert "never came" in said(app)
    check_box(recipe)
    app.select_slider(key="top_k").set_value(1).run()
    assert boxes(app)["sampling-run"].shown == recipe.shown
    app.button(key="take_run").click().run()
    app.run()
    prompt = prompt_of(app)
    assert prompt.startswith(PROMPT)
    assert len(prompt) > len(PROMPT)
    set_prompt(app, PROMPT)
    app.select_slider(key="top_k").set_value(40).run()


def test_another_model_in_mid_stream(tiny_folder: Path) -> None:
    app = open_page("sampling", prompt=PROMPT, length="150")
    app.button(key="start_run").click().run()
    job = app.session_state["run"]["job"]
    assert not job.done
    app.text_input(key="typed_model").set_value(str(tiny_folder)).run()
    settle(app)
    assert "by another model" in said(app)
    wait_for(app, "run")
    assert len(job.watch()) > 20
    assert job.error is None
    found = boxes(app)
    # Both hold: the old model's text, checked with the old model, and the new one's scores.
    assert len(found["sampling-run"].shown) == len(job.watch())
    check_box(found["sampling-run"])
    check_box(found["sampling-stages"])


def test_side_by_side_and_thirty_draws(app: AppTest) -> None:
    app.slider(key="compare_length").set_value(5)
    app.button(key="start_compare").click().run()
    wait_for(app, "compare")
    app.button(key="start_thirty").click().run()
    wait_for(app, "thirty")
    found = boxes(app)
    for name in ("sampling-methods", "sampling-beams", "sampling-thirty"):
        check_box(found[name])
    assert sum(count for count, _expected in found["sampling-thirty"].shown) <= 30


def test_greedy_says_so_and_odd_addresses_do_no_harm() -> None:
    app = open_page(
        "sampling", prompt=PROMPT, temperature="0", top_k="7", top_p="nonsense", seed="-5"
    )
    assert "means greedy" in said(app)
    app.button(key="draw").click().run()
    assert [c.how for c in taken(story(app))] == ["greedy"]
    app.slider(key="top_p").set_value(0.0).run()
    app.select_slider(key="temperature").set_value(100.0).run()
    assert "One token is left" not in said(app)  # nothing after top-p is switched on
    app.slider(key="min_p").set_value(1.0).run()
    assert "One token is left" in said(app)
    assert not app.exception
    app.text_area(key="score_text").set_value("x" * 200_000).run()
    assert "200,000 characters" in said(app)
    app.text_area(key="score_text").set_value("   ").run()
    assert "sampling-surprise" in boxes(app)


def test_at_the_end_of_the_context() -> None:
    app = open_page("sampling", prompt="one two three four " * 400)
    app.button(key="best").click().run()
    assert "context is full" in said(app)
    assert not app.exception
    app.text_area(key="score_text").set_value("one two three four " * 400).run()
    wait_for(app, "score")
    app.run()
    assert "overlap by half" in said(app)
    assert boxes(app)["sampling-surprise"].shown[0].shape == (1_600,)


def test_what_is_said_fits_the_view_and_greedy() -> None:
    app = open_page("sampling", prompt=PROMPT, temperature="0")
    assert "only the one with the highest score can be chosen" in said(app)
    assert "no number is drawn" in said(app)
    assert "tokens listed hold" in said(app)
    app.button_group(key="stages_view").set_value("all").run()
    assert "tokens listed" not in said(app)
    assert "all" in app.query_params["stages_view"]


def test_a_panel_that_is_not_drawn_again_names_no_slider() -> None:
    # The sliders re-run the panels beside them only: a value in the others would be an old one.
    app = open_page("sampling", prompt=PROMPT, temperature="0.7", seed="4321")
    waiting = [c.value for c in app.caption if "above" in c.value or "sliders below" in c.value]
    assert len(waiting) == 3
    assert not any("0.7" in words or "4321" in words for words in waiting)
