"""The top of the first page: prompts to try, writing onto the prompt, undoing, the real thing."""

from __future__ import annotations

import time

import numpy as np
import pytest
from streamlit.testing.v1 import AppTest

from core import cache
from core.engine import continuations
from core.engine.engine import Engine
from core.model.catalogue import CATALOG
from core.model.reach import Reachable
from core.sampling.settings import SamplingSettings
from core.tokens.encoding import encode
from pages.kit.current import MODEL
from pages.kit.language import LANGUAGE
from pages.panels.sampling import params
from pages.shell import writing
from pages.shell.examples import tries
from pages.shell.prompt import NOTE, WRITING
from pages.shell.session import TELL_AGAIN
from tests.app import boxes, open_page, prompt_of, set_prompt, settle

STORY = "Once upon a time there was a king"


def button(app: AppTest, key: str):
    return app.button(key=key)


def address(app: AppTest, name: str) -> str:
    found = app.query_params[name]
    return found[-1] if isinstance(found, list) else found


def note(app: AppTest) -> str:
    """What is said of the text that was written last."""
    return app.session_state[NOTE] if NOTE in app.session_state else ""  # noqa: SIM401


def press(app: AppTest, key: str) -> None:
    """Press a button and wait until nothing is written any more."""
    button(app, key).click().run()
    end = time.monotonic() + 120
    while WRITING in app.session_state and time.monotonic() < end:
        time.sleep(0.1)
        app.run()
    assert not app.exception, [e.message for e in app.exception]


def chances(engine: Engine, text: str) -> np.ndarray:
    logits = engine.trace(text).logits.astype(float)
    probs = np.exp(logits - logits.max())
    return probs / probs.sum()


def next_of(engine: Engine, text: str) -> tuple[str, float]:
    probs = chances(engine, text)
    best = int(probs.argmax())
    return engine.tokenizer.decode([best]), float(probs[best])


def test_prompts_to_try_show_what_they_say(storyteller: Engine) -> None:
    (_copy, name), (_twice, words), (_fact, fact) = tries()
    best, share = next_of(storyteller, name)
    assert best.strip() in name
    assert share > 0.5
    # Without the sentence before, nobody would think of that name.
    alone = chances(storyteller, name.split("“")[1])
    assert alone[storyteller.ids(best)[0]] < 0.1
    best, share = next_of(storyteller, words)
    assert best.strip() == words.split()[2]
    assert share > 0.3
    best, share = next_of(storyteller, fact)
    assert "Paris" not in best
    assert share < 0.4  # it does not know, and does not say so with great confidence either


def test_the_first_page_says_what_it_is_and_offers_prompts() -> None:
    app = open_page("overview", prompt=STORY)
    assert app.title[0].value == "GPT-2 Under the Hood"
    assert "choose the next word" in app.markdown[0].value
    for number, (title, text) in enumerate(tries()):
        assert button(app, f"try_{number}").label == title
        button(app, f"try_{number}").click().run()
        assert prompt_of(app) == text
        assert address(app, "prompt") == text
    press(app, "write_undo")
    assert prompt_of(app) == tries()[1][1]


def test_twenty_tokens_are_written_undone_and_begun_again(storyteller: Engine) -> None:
    app = open_page("overview", prompt=STORY)
    assert button(app, "write_undo").disabled
    assert button(app, "write_again").disabled
    press(app, "write_many")
    first = prompt_of(app)
    assert first.startswith(STORY)
    assert note(app).startswith("20 tokens written with temperature 0.8, top-k 40, top-p 0.95")
    assert address(app, "prompt") == first
    # The seed that the sentence names makes the same text again.
    engine_ids = [t.id for t in encode(storyteller.tokenizer, STORY)]
    steps = storyteller.generate(engine_ids, writing_settings(), seed=1, max_new_tokens=20)
    data = b"".join(step.data for step in steps)
    assert first == STORY + data.decode()
    press(app, "write_many")
    assert prompt_of(app).startswith(first)
    press(app, "write_undo")
    assert prompt_of(app) == first
    press(app, "write_again")
    assert prompt_of(app) == STORY
    assert button(app, "write_again").disabled
    press(app, "write_undo")
    assert prompt_of(app) == first
    press(app, "write_many")
    assert prompt_of(app) != first  # another seed: not the same text again


def writing_settings():
    return SamplingSettings(temperature=0.8, top_k=40, top_p=0.95)


def test_the_knobs_are_those_of_the_sampling_page() -> None:
    first = {key: value for _name, key, value in writing.KNOBS}
    assert first == {param.key: param._default for param in params.KNOBS}
    app = open_page("sampling", prompt=STORY, temperature="0", top_k="5")
    app.switch_page("pages/overview.py").run()
    settle(app)
    press(app, "write_many")
    assert "the most likely token each time" in note(app)
    assert "temperature" not in note(app)


def test_what_cannot_begin_does_not_begin_with_a_later_text() -> None:
    app = open_page("overview", prompt="a" * 100_001)
    button(app, "write_many").click().run()
    set_prompt(app, STORY).run()
    app.run()
    assert prompt_of(app) == STORY


def test_undo_has_a_bound() -> None:
    app = open_page("overview", prompt=STORY)
    for n in range(60):
        set_prompt(app, f"{STORY} {n}")
        button(app, f"try_{n % 3}").click().run()
    steps = 0
    while not button(app, "write_undo").disabled:
        press(app, "write_undo")
        steps += 1
    assert steps == 50


def test_a_full_context_is_told(tiny_folder) -> None:
    app = open_page("overview", prompt="a b c d e f g h i j" * 6, model=str(tiny_folder))
    press(app, "write_many")
    assert "20 tokens" not in note(app)
    assert "The context is full: this model reads 64 tokens and no more." in note(app)
    press(app, "write_many")
    assert note(app) == "The context is full: this model reads 64 tokens and no more."
    app = open_page("overview", prompt="one two three four " * 60, model=str(tiny_folder))
    press(app, "write_many")
    assert "The context is full" in note(app)


def writes(app: AppTest, engine: Engine, token: str | int) -> None:
    """As a click on a bar does."""
    token_id = token if isinstance(token, int) else encode(engine.tokenizer, token)[0].id
    app.session_state["test_write"] = token_id
    app.run()
    assert not app.exception


@pytest.fixture
def clicked(monkeypatch: pytest.MonkeyPatch) -> None:
    """A run begins as if a bar had been clicked, whose callback comes before all else."""
    import streamlit as st

    from pages.shell import sidebar

    begin = sidebar.start_session

    def start_session() -> None:
        begin()
        wanted = st.session_state.pop("test_write", None)
        if wanted is not None:
            writing.write(wanted)

    monkeypatch.setattr(sidebar, "start_session", start_session)


def test_a_token_is_written_by_its_id(clicked, storyteller: Engine) -> None:
    app = open_page("overview", prompt=STORY)
    writes(app, storyteller, " who")
    writes(app, storyteller, " had")
    assert prompt_of(app) == STORY + " who had"
    assert note(app) == ""
    press(app, "write_undo")
    assert prompt_of(app) == STORY + " who"
    press(app, "write_again")
    assert prompt_of(app) == STORY


def test_a_click_while_it_writes_belongs_to_the_text_that_is_seen(
    clicked, slowly, storyteller: Engine
) -> None:
    app = open_page("overview", prompt=STORY)
    button(app, "write_many").click().run()
    seen = prompt_of(app)
    time.sleep(0.6)
    writes(app, storyteller, " who")
    assert prompt_of(app) == seen + " who"
    assert WRITING not in app.session_state


def test_what_is_no_text_is_told_and_not_written(clicked, storyteller: Engine) -> None:
    app = open_page("overview", prompt=STORY)
    half = encode(storyteller.tokenizer, "🙂")[0]
    writes(app, storyteller, half.id)
    assert "part of a character" in note(app)
    writes(app, storyteller, storyteller.tokenizer.eos_token_id)
    assert "end-of-text" in note(app)
    writes(app, storyteller, 10**6)
    assert "no such token" in note(app)
    assert prompt_of(app) == STORY
    # "kin" and "gs" are not the tokens of "kings".
    set_prompt(app, "The").run()
    writes(app, storyteller, "re")
    assert prompt_of(app) == "There"
    assert "other tokens" in note(app)


@pytest.fixture
def slowly(monkeypatch: pytest.MonkeyPatch) -> None:
    """The model writes four tokens a second at most."""
    at_once = continuations.write

    def write(*args, **kwargs):
        for choice in at_once(*args, **kwargs):
            time.sleep(0.25)
            yield choice

    monkeypatch.setattr(continuations, "write", write)


def test_a_text_that_is_being_written_is_followed_and_stopped(slowly) -> None:
    app = open_page("overview", prompt=STORY)
    button(app, "write_many").click().run()
    assert button(app, "write_many").disabled
    time.sleep(0.8)
    app.run()
    some = prompt_of(app)
    assert len(some) > len(STORY)
    assert address(app, "prompt") == STORY  # one entry of the history, when it is done
    assert any("so far" in t.value for t in app.text)
    press(app, "write_stop")
    assert prompt_of(app).startswith(some)
    assert address(app, "prompt") == prompt_of(app)
    assert 1 <= int(note(app).split()[0]) < 20
    press(app, "write_undo")
    assert prompt_of(app) == STORY


def test_a_page_that_is_left_writes_no_more(slowly) -> None:
    app = open_page("overview", prompt=STORY)
    button(app, "write_many").click().run()
    job = app.session_state[WRITING]["job"]
    app.switch_page("pages/tokenizer.py").run()
    assert WRITING not in app.session_state
    assert job.wait(20)
    assert len(job.watch()) < 20
    assert prompt_of(app).startswith(STORY)
    assert prompt_of(app) == address(app, "prompt")


def test_another_prompt_or_model_ends_the_writing(slowly, tiny_folder) -> None:
    app = open_page("overview", prompt=STORY)
    button(app, "write_many").click().run()
    assert WRITING in app.session_state
    button(app, "try_0").click().run()
    settle(app)
    assert WRITING not in app.session_state
    assert prompt_of(app) == tries()[0][1]
    button(app, "write_many").click().run()
    app.session_state["model_wanted"] = str(tiny_folder)
    app.run()
    settle(app)
    assert WRITING not in app.session_state
    assert prompt_of(app).startswith(tries()[0][1])
    assert boxes(app)


def test_the_real_thing_is_offered_where_it_can_come(monkeypatch) -> None:
    small = CATALOG["openai-community/gpt2"]
    monkeypatch.setattr(cache, "real_thing", lambda: Reachable(small, here=False))
    app = open_page("overview", prompt=STORY)
    assert any("GPT-2 Small is 551 MB away" in m.value for m in app.markdown)
    held = cache.LoadJob(small.key, lambda _key, progress: None)  # never started
    there = cache.engine_or_job

    def engine_or_job(key: str):
        return held if key == small.key else there(key)

    monkeypatch.setattr(cache, "engine_or_job", engine_or_job)
    button(app, "take_real_thing").click().run()
    assert any("Loading beside" in str(p.proto) for p in app.get("progress"))
    assert boxes(app)  # the page goes on
    assert app.session_state["model"] == "storyteller"
    engine = there("storyteller")
    monkeypatch.setattr(cache, "engine_or_job", lambda key: engine)
    app.run()
    assert app.session_state["model"] == small.key
    assert address(app, "model") == small.key


def test_without_a_way_to_the_hub_nothing_is_offered() -> None:
    app = open_page("overview", prompt=STORY)
    app.run()
    assert not any("very small model" in m.value for m in app.markdown)


def test_after_a_load_the_browser_hears_again_what_the_menus_hold() -> None:
    """The run that drew them first may be over before the browser has drawn anything of it."""
    app = open_page("tokenizer")

    def told() -> list[bool]:
        return [app.selectbox(key=key).proto.set_value for key in (MODEL, LANGUAGE)]

    app.run()
    assert told() == [False, False]
    app.session_state[TELL_AGAIN] = True
    app.run()
    assert told() == [True, True]
    app.run()
    assert told() == [False, False]
