"""Sentences of all pages: one of a thing is not several, and a minus sign is no hyphen."""

from __future__ import annotations

import re

import pandas as pd
import pytest
from streamlit.testing.v1 import AppTest

from pages.kit import words
from pages.shell.journey import stops
from tests.app import open_page

NOUNS = (
    "tokens|characters|words|bytes|heads|layers|others|keys|neurons|pieces|texts|spans|parts|times"
    "|beams|merges|pairs|spellings|steps"
)
ONE = re.compile(rf"(?<![\d.,])1 (?:\w+ )?(?:{NOUNS})\b|(\b\d+\b) to \1 of")
HYPHEN = re.compile(r"(?<![\w\-.])-\d")


def read(app: AppTest) -> list[str]:
    """What stands on the page as sentences and as tables; no Python boxes."""
    kinds = [app.caption, app.text, app.info, app.warning]
    found = [str(e.value) for kind in kinds for e in kind]
    found += [e.value for e in app.markdown if "$" not in e.value]
    found += [e.value for e in app.code if "\n" not in e.value and "import" not in e.value]
    return found


@pytest.mark.parametrize("name", [stop.name for stop in stops()])
@pytest.mark.parametrize("prompt", ["a", "Once upon a time there was a king who had a"])
def test_numbers_stand_well_in_sentences(name: str, prompt: str) -> None:
    app = open_page(name, prompt=prompt)
    for text in read(app):
        assert not ONE.search(text), text
        assert not HYPHEN.search(text), text


def test_tables_show_the_true_minus_sign() -> None:
    app = open_page("layers", prompt="Once upon a time", open="ln_1")
    shown = [str(t.proto.arrow_data.styler.display_values) for t in app.dataframe]
    assert any("\N{MINUS SIGN}".encode() in t.proto.arrow_data.styler.display_values
               for t in app.dataframe), shown  # fmt: skip
    assert any((t.value.select_dtypes("float") < 0).any(axis=None) for t in app.dataframe)
    assert all(isinstance(t.value, pd.DataFrame) for t in app.dataframe)  # sorted by number


def test_counts() -> None:
    assert [words.tokens(n) for n in (0, 1, 2, 1024)] == [
        "0 tokens", "1 token", "2 tokens", "1,024 tokens"
    ]  # fmt: skip
    assert [words.tokens_from(0, 0), words.tokens_from(3, 1024)] == ["token 0", "tokens 3 to 1,024"]
    assert words.heads(1) == "1 head"
    assert words.layers(12) == "12 layers"


def test_a_shortened_text_says_so_and_a_whole_one_does_not() -> None:
    assert words.ending("x" * 37, 37) == "x" * 37
    assert words.ending("x" * 38, 37) == "…" + "x" * 36
    cut = words.ending("there was a king who had a beautiful daughter. The king", 37)
    assert cut == "… had a beautiful daughter. The king"
    assert len(words.ending("one two three four", 10)) <= 10
    app = open_page("sampling", prompt="The king")
    assert "Next token after “The king”" in [t.value for t in app.text]
