"""A session's language: where it comes from, where it is kept, and that two never mix."""

from __future__ import annotations

import re
from concurrent.futures import ThreadPoolExecutor
from contextvars import copy_context

import pytest
import streamlit as st
from streamlit.testing.v1 import AppTest

from core.errors import EmptyPrompt
from core.language import current_language
from core.numbers import percent
from core.recipes.notebook import notebook
from tests.app import boxes, open_page, set_prompt

QUESTIONS = {
    "en": "Which earlier words does each word look at?",
    "it": "Quali parole precedenti guarda ogni parola?",
}


@pytest.fixture(autouse=True, scope="module")
def loaded() -> None:
    """The model is there: `settle` knows the progress of a load by its English words."""
    open_page("tokenizer", panel=None)


def language_of(app: AppTest) -> str:
    return next(code for code, question in QUESTIONS.items() if app.title[0].value == question)


def address_of(app: AppTest) -> list[str]:
    found = app.query_params.get("lang", [])
    return [found] if isinstance(found, str) else list(found)


def kept_of(app: AppTest) -> tuple[str, ...]:
    found = (app.query_params[name] for name in ("layer", "prompt"))
    return tuple(one if isinstance(one, str) else one[-1] for one in found)


@pytest.mark.parametrize(
    ("asked", "language", "kept"),
    [("it", "it", ["it"]), ("it-CH", "it", ["it"]), ("IT_it", "it", ["it"]), ("en", "en", ["en"]),
     ("xx", "en", []), ("../it", "en", []), ("", "en", [])],
)  # fmt: skip
def test_the_address_chooses_the_language(asked: str, language: str, kept: list[str]) -> None:
    app = open_page("attention", panel=None, lang=asked)
    assert language_of(app) == language
    assert address_of(app) == kept


@pytest.mark.parametrize(
    ("browser", "asked", "language", "kept"),
    [("it-IT", None, "it", ["it"]), ("it-IT", "en", "en", ["en"]), ("it", "xx", "it", ["it"]),
     ("fr-FR", None, "en", []), (None, None, "en", [])],
)  # fmt: skip
def test_else_the_browser_does(
    browser: str | None, asked: str | None, language: str, kept: list[str],
    monkeypatch: pytest.MonkeyPatch,
) -> None:  # fmt: skip
    monkeypatch.setattr(type(st.context), "locale", property(lambda _self: browser))
    app = open_page("attention", panel=None, lang=asked)
    assert language_of(app) == language
    assert address_of(app) == kept


def test_a_choice_in_the_sidebar_keeps_the_state_and_stands_in_the_address() -> None:
    app = open_page("attention", panel=None, layer="3", head="2", prompt="The cat sat on the cat")
    assert app.selectbox(key="language").options == ["English", "Italiano"]
    app.selectbox(key="language").set_value("it").run()
    assert language_of(app) == "it"
    assert address_of(app) == ["it"]
    assert kept_of(app) == ("3", "The cat sat on the cat")
    back = app.selectbox(key="language").set_value("en")
    copy_context().run(lambda: (current_language.set("it"), back.run()))  # see `run_as`
    assert language_of(app) == "en"
    assert kept_of(app) == ("3", "The cat sat on the cat")


def test_the_same_address_opens_the_same_state_in_both_languages() -> None:
    asked = {"layer": "2", "head": "1", "prompt": "Mr. Fell met Mr. Fell", "query": "3"}
    english, italian = (open_page("attention", lang=code, **asked) for code in ("en", "it"))
    kept = [dict(app.query_params) for app in (english, italian)]
    for address in kept:
        address.pop("lang")
    assert kept[0] == kept[1]
    assert [w.key for w in english.number_input] == [w.key for w in italian.number_input]


def texts(app: AppTest) -> str:
    kinds = (app.title, app.subheader, app.caption, app.markdown, app.text)
    return "\n".join(str(element.value) for kind in kinds for element in kind)


def run_as(code: str, app: AppTest) -> None:
    """AppTest asks in this thread what a widget's options are called."""
    current_language.set(code)
    app.run()


def test_two_sessions_that_take_turns_never_mix() -> None:
    """They share engine, figures and caches; AppTest itself runs one script at a time."""
    apps = {code: open_page("layers", lang=code) for code in ("en", "it")}
    told: dict[str, list[str]] = {code: [] for code in apps}
    for number in range(4):
        for code, app in apps.items():
            set_prompt(app, f"The king had {number} daughters and the king")
            copy_context().run(run_as, code, app)
            told[code].append(texts(app))
    mark = {"en": re.compile(r"\bthe model\b"), "it": re.compile(r"\bil modello\b")}
    for text in told["en"]:
        assert mark["en"].search(text)
        assert not mark["it"].search(text)
        assert not re.search(r"\d,\d\d%", text)
    for text in told["it"]:
        assert mark["it"].search(text)
        assert not mark["en"].search(text)
        assert not re.search(r"\d\.\d%", text)


def test_an_error_speaks_the_session_s_language() -> None:
    app = open_page("attention", panel=None, lang="it", prompt="")
    assert "Il prompt è vuoto." in [text.value for text in app.text]


def test_the_menu_of_files_says_that_they_keep_the_point() -> None:
    said = {code: open_page("tokenizer", panel=None, lang=code) for code in ("en", "it")}
    told = {code: [c.value for c in app.caption if "0.5" in c.value] for code, app in said.items()}
    assert told["en"] == []
    assert told["it"]


def test_python_keeps_the_point() -> None:
    app = open_page("sampling", panel=None, lang="it", temperature="0.5")
    programs = [box.code for box in boxes(app).values()]
    assert any("0.5" in program for program in programs)
    assert not any("0,5" in program for program in programs)
    assert "0.5" in str(notebook("x", list(boxes(app).values())))


ITALIAN = "Il re diede a sua figlia un anello d'oro e un cavallo"


def told(app: AppTest) -> list[str]:
    return [info.value for info in app.info if "token" in info.value]


def test_a_prompt_in_italian_is_explained_once() -> None:
    copy_context().run(explained_once)


def explained_once() -> None:
    app = open_page("tokenizer", panel=None, lang="it", prompt=ITALIAN)
    assert len(told(app)) == 1
    assert "12 parole" in told(app)[0]
    current_language.set("it")  # see `run_as`
    app.run()
    assert len(told(app)) == 1  # as long as the text stands
    set_prompt(app, "La figlia del re non ha un cavallo di legno").run()
    assert not told(app)


@pytest.mark.parametrize(
    ("language", "prompt"),
    [("en", ITALIAN), ("it", "Once upon a time there was a king"), ("it", "Mr. Fell met Mr. Fell"),
     ("it", "for i in range(1000):"), ("it", "a"), ("it", "Café 🙂 日本語")],
)  # fmt: skip
def test_no_other_prompt_is(language: str, prompt: str) -> None:
    assert not told(open_page("tokenizer", panel=None, lang=language, prompt=prompt))


def test_threads_at_the_same_moment_speak_their_own_languages() -> None:
    def say(code: str) -> set[tuple[str, str]]:
        current_language.set(code)
        return {(percent(0.123), EmptyPrompt().problem) for _time in range(3_000)}

    with ThreadPoolExecutor(4) as pool:
        told = list(pool.map(say, ["en", "it"] * 2))
    assert told == [
        {("12.3%", "The prompt is empty.")}, {("12,3%", "Il prompt è vuoto.")},
    ] * 2  # fmt: skip
