"""What an address may ask for, and what is said of one that asks for something else."""

from __future__ import annotations

import pytest

from pages.kit.possible import among, between, some_among, switch
from tests.app import open_page


@pytest.mark.parametrize(
    ("possible", "good", "bad"),
    [
        (between(0, 5), ["0", "5"], ["6", "-1", "", "x", "2.5", "１x"]),
        (between(0, 1, whole=False), ["0", "0.25", "1"], ["1.1", "nan", "inf", "-0.1", "half"]),
        (among(("a", 2)), ["a", "2"], ["", "b", "a,2"]),
        (some_among(range(3)), ["", "0", "2,1"], ["3", "0,x"]),
        (switch(), ["true", "false"], ["", "maybe"]),
    ],
)
def test_what_is_possible(possible, good: list[str], bad: list[str]) -> None:
    assert all(possible.allows(value) for value in good)
    assert not any(possible.allows(value) for value in bad)


def test_many_options_are_told_by_their_ends() -> None:
    assert among(range(20)).words == "one of 0 · 1 · 2 · 3 · … · 18 · 19"
    assert between(0, 1234).words == "a whole number from 0 to 1,234"


@pytest.mark.parametrize(
    ("page", "query", "told"),
    [
        ("layers", {"layer": "99"}, "layer=99 should be a whole number from 0 to 5."),
        ("embeddings", {"after": "x"}, "after=x should be a whole number from 0 to 6."),
        ("embeddings", {"order": "up"}, "order=up should be one of pairs · map · length · swap."),
        ("tokenizer", {"tok_at": "99"}, "tok_at=99 should be a whole number from 0 to 3."),
        ("sampling", {"top_p": "2"}, "top_p=2 should be a number from 0 to 1."),
        ("attention", {"query": "abc"}, "token=abc should be a whole number from 0 to 3."),
    ],
)
def test_a_wrong_address_is_told_with_its_cure(page: str, query: dict, told: str) -> None:
    app = open_page(page, prompt="Once upon a time", **query)
    assert told in " ".join(e.value for e in [*app.info, *app.text])


def test_a_good_address_is_not_spoken_of_and_typed_text_stays_text() -> None:
    app = open_page("sampling", prompt="Once", temperature="0.7", top_k="5", seed="3", beams="2")
    assert "should be" not in " ".join(e.value for e in app.info)
    app = open_page("sampling", prompt="Once", seed="**[x](http://y)**" * 9)
    assert "**" not in app.info[0].value
    assert len(app.info[0].value) < 500
