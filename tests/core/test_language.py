"""A second language needs a catalogue and prose, and no change of code."""

from __future__ import annotations

import ast
import threading
from collections.abc import Callable, Iterator
from contextvars import copy_context
from pathlib import Path
from typing import Any

import pytest
from babel.messages.catalog import Catalog
from babel.messages.pofile import write_po

from core import language
from core.errors import EmptyPrompt, TooManyTokens
from core.language import (
    bound,
    context_of_now,
    current_language,
    forget,
    match,
    ngettext,
    set_language,
)
from core.language.catalogue import catalogue, file_of
from core.model.job import LoadJob
from core.numbers import count, listed, parameters, percent
from pages.kit import prose
from pages.shell.journey import stops

ROOT = Path(__file__).parent.parent.parent
#: English, Italian.
SAID: tuple[tuple[str | tuple[str, str], str | tuple[str, str]], ...] = (
    ("Tokenizer", "Tokenizzatore"),
    ("The prompt is empty.", "Il prompt è vuoto."),
    ("The text has {n} tokens and this model reads at most {limit}.", "{n} token: più di {limit}."),
    ("There is no token {id}.", "Non c'è il token {number}."),
    ("Shorten it.", "Accorcialo, {name}."),
    ("{n} chance", "{n"),
    (("{n} layer", "{n} layers"), ("uno strato", "{n} strati")),
)


@pytest.fixture
def italian(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Path]:
    catalog = Catalog(locale="it")
    for message, text in SAID:
        catalog.add(message, text)
    path = tmp_path / file_of("it")
    path.parent.mkdir(parents=True)
    with path.open("wb") as file:
        write_po(file, catalog)
    monkeypatch.setattr(language, "LOCALE", tmp_path)
    forget()
    yield path
    forget()


def speaking(code: str, read: Callable[[], Any]) -> Any:
    """What a function says in a session of a language."""

    def told() -> Any:
        set_language(code)
        return read()

    return copy_context().run(told)


def test_a_catalogue_is_all_that_a_language_needs(italian: Path) -> None:
    assert language.available_languages() == ["en", "it"]
    found = speaking("it", lambda: (stops()[1].title, EmptyPrompt().problem))
    assert found == ("Tokenizzatore", "Il prompt è vuoto.")
    assert stops()[1].title == "Tokenizer"  # this session still reads English


def test_a_language_is_found_by_the_tag_that_browsers_send(italian: Path) -> None:
    assert [match(tag) for tag in ("it", "it-CH", "IT_it", "en-GB")] == ["it", "it", "it", "en"]
    assert [match(tag) for tag in ("xx", "", None, "i", "-", "../it")] == [None] * 6


def test_an_unknown_language_is_english() -> None:
    assert speaking("xx", current_language.get) == "en"


def test_a_wrong_placeholder_leaves_the_english_sentence(italian: Path) -> None:
    read = catalogue(language.LOCALE, "it").gettext
    assert read("There is no token {id}.") == "There is no token {id}."
    assert read("Shorten it.") == "Shorten it."
    assert read("{n} chance") == "{n} chance"
    assert read("The prompt is empty.") == "Il prompt è vuoto."


def test_plural_forms_are_the_language_s_own(italian: Path) -> None:
    forms = [ngettext("{n} layer", "{n} layers", n) for n in (1, 2)]
    assert forms == ["{n} layer", "{n} layers"]
    found = speaking("it", lambda: [ngettext("{n} layer", "{n} layers", n) for n in (0, 1, 2)])
    assert found == ["{n} strati", "uno strato", "{n} strati"]


@pytest.mark.parametrize(
    "broken",
    [b"", b"\xff\xfe\x00", b"Il prompt", b'msgid ""\n'
     b'msgstr "Plural-Forms: nplurals=9; plural=;\\n"\n'],
)  # fmt: skip
def test_a_broken_catalogue_is_english(italian: Path, broken: bytes) -> None:
    italian.write_bytes(broken)
    forget()
    assert speaking("it", lambda: EmptyPrompt().problem) == "The prompt is empty."
    assert speaking("it", lambda: ngettext("one", "many", 2)) == "many"


def test_a_doubtful_message_stays_english(italian: Path) -> None:
    text = italian.read_text(encoding="utf-8")
    text = text.replace('msgid "Tokenizer"', '#, fuzzy\nmsgid "Tokenizer"')
    italian.write_text(text, encoding="utf-8")
    forget()
    assert speaking("it", lambda: stops()[1].title) == "Tokenizer"


# --- other threads ------------------------------------------------------------------------------


def test_a_function_keeps_its_language_in_a_thread_of_no_session(italian: Path) -> None:
    make = speaking("it", lambda: bound(lambda: EmptyPrompt().problem))
    told: list[str] = []
    thread = threading.Thread(target=lambda: told.append(make()))
    thread.start()
    thread.join()
    assert told == ["Il prompt è vuoto."]
    assert (make(), EmptyPrompt().problem) == ("Il prompt è vuoto.", "The prompt is empty.")


def test_a_callback_speaks_the_language_of_its_session(
    italian: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(current_language, "_ask", lambda: "it")
    assert EmptyPrompt().problem == "Il prompt è vuoto."
    assert speaking("en", lambda: EmptyPrompt().problem) == "The prompt is empty."
    # What it starts in another thread knows the language, though none was chosen here.
    context = context_of_now()
    monkeypatch.setattr(current_language, "_ask", lambda: None)
    assert context.run(lambda: EmptyPrompt().problem) == "Il prompt è vuoto."


@pytest.mark.parametrize("starter", ["en", "it"])
def test_what_went_wrong_for_all_is_told_to_each_in_its_language(
    italian: Path, starter: str
) -> None:
    """A load is shared: whoever starts it, the others read its error in their own words."""

    def fail(_key: str, progress: object) -> object:
        raise TooManyTokens(2_000, 1_024)

    job = speaking(starter, lambda: LoadJob("any", fail).start())
    with pytest.raises(TooManyTokens) as caught:
        job.result(10)
    told = {code: speaking(code, lambda: caught.value.problem) for code in ("en", "it")}
    assert told == {
        "en": "The text has 2,000 tokens and this model reads at most 1,024.",
        "it": "2.000 token: più di 1.024.",
    }


# --- numbers ------------------------------------------------------------------------------------


def test_numbers_are_written_as_the_language_writes_them() -> None:
    def read() -> list[str]:
        return [count(-50_257), percent(0.123), percent(1e-9), percent(0), parameters(1.6e9)]

    assert read() == ["−50,257", "12.3%", "< 0.001%", "0%", "1.6 B"]
    seen = {
        code: copy_context().run(lambda code=code: (current_language.set(code), read())[1])
        for code in ("it", "de", "fr", "tr", "xx")
    }
    assert seen["it"][:4] == ["−50.257", "12,3%", "< 0,001%", "0%"]
    assert seen["de"][1] == "12,3\N{NO-BREAK SPACE}%"
    assert seen["fr"][0] == "−50\N{NARROW NO-BREAK SPACE}257"
    assert seen["tr"][1] == "%12,3"
    assert seen["xx"] == read()
    assert listed(["a", "b", "c"]) == "a, b, c"


# --- the sources --------------------------------------------------------------------------------


def test_every_page_has_its_prose() -> None:
    for stop in stops():
        assert prose.sections("en", stop.name), stop.name
        assert prose.sections("xx", stop.name) == prose.sections("en", stop.name)


def test_a_section_that_a_language_lacks_is_english(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    for code, text in {"en": "## one\nOne.\n## two\nTwo.\n", "it": "## one\nUno.\n"}.items():
        (tmp_path / code).mkdir()
        (tmp_path / code / "page.md").write_text(text, encoding="utf-8")
    monkeypatch.setattr(prose, "PROSE", tmp_path)
    prose.sections.cache_clear()
    try:
        assert prose.sections("it", "page") == {"one": "Uno.", "two": "Two."}
        assert prose.sections("fr", "page") == {"one": "One.", "two": "Two."}
    finally:
        prose.sections.cache_clear()


def _called_with_f_string(tree: ast.AST) -> list[int]:
    return [
        node.lineno
        for node in ast.walk(tree)
        if isinstance(node, ast.Call)
        and isinstance(node.func, ast.Name)
        and node.func.id in {"_", "ngettext"}
        and any(isinstance(a, ast.JoinedStr) for a in node.args)
    ]


def test_no_message_is_put_together_before_it_is_translated() -> None:
    """`_(f"...")` can never be found in a catalogue."""
    found = {
        str(path.relative_to(ROOT)): lines
        for folder in ("core", "pages")
        for path in (ROOT / folder).rglob("*.py")
        if (lines := _called_with_f_string(ast.parse(path.read_text(encoding="utf-8"))))
    }
    assert not found
