"""A second language needs a catalogue and prose, and no change of code."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from contextvars import copy_context
from pathlib import Path

import pytest
from babel.messages.catalog import Catalog
from babel.messages.mofile import write_mo

from core import language
from core.errors import EmptyPrompt
from pages.kit import prose
from pages.shell.journey import stops

ROOT = Path(__file__).parent.parent.parent


@pytest.fixture
def italian(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    catalog = Catalog(locale="it")
    catalog.add("Tokenizer", "Tokenizzatore")
    catalog.add("The prompt is empty.", "Il prompt è vuoto.")
    folder = tmp_path / "it" / "LC_MESSAGES"
    folder.mkdir(parents=True)
    with (folder / "messages.mo").open("wb") as file:
        write_mo(file, catalog)
    monkeypatch.setattr(language, "LOCALE", tmp_path)
    language._translations.cache_clear()
    yield
    language._translations.cache_clear()


def test_a_catalogue_is_all_that_a_language_needs(italian: None) -> None:
    assert language.available_languages() == ["en", "it"]

    def read() -> tuple[str, str]:
        language.set_language("it")
        return stops()[1].title, EmptyPrompt().problem

    assert copy_context().run(read) == ("Tokenizzatore", "Il prompt è vuoto.")
    assert stops()[1].title == "Tokenizer"  # this session still reads English


def test_an_unknown_language_is_english() -> None:
    def read() -> str:
        language.set_language("xx")
        return language.current_language.get()

    assert copy_context().run(read) == "en"


def test_every_page_has_its_prose() -> None:
    for stop in stops():
        assert prose.sections("en", stop.name), stop.name
        assert prose.sections("xx", stop.name) == prose.sections("en", stop.name)


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
