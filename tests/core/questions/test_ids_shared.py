"""Ids with and without a space."""

from __future__ import annotations

import pytest

from core.questions import Refused, ask
from tests.core.questions.common import LOOKED, answered


@pytest.mark.parametrize("text", ["strawberry", "Wimbleton", "princess"])
def test_transformers_has_the_same_ids(storyteller, text: str) -> None:
    found = answered(storyteller, "ids_shared", LOOKED, text=text)
    one, other = (storyteller.tokenizer(t)["input_ids"] for t in (text, " " + text))
    assert found.numbers["ids"].value == tuple(map(str, one))
    assert found.numbers["ids_with_space"].value == tuple(map(str, other))
    assert found.right == len(set(one) & set(other))


def test_worked_number(storyteller) -> None:
    found = ask(storyteller, "ids_shared", LOOKED, text="strawberry")
    assert found.right == 0
    assert str(found.numbers["ids"]) == "301 · 1831 · 8396"
    assert str(found.numbers["ids_with_space"]) == "41236"
    assert str(found.numbers["pieces"]) == "st · raw · berry"


def test_the_same_text_twice_shares_all(storyteller) -> None:
    found = ask(storyteller, "ids_shared", LOOKED, text="strawberry", with_space="strawberry")
    assert found.right == 3


def test_nothing_is_refused(storyteller) -> None:
    with pytest.raises(Refused, match="no text to ask about"):
        ask(storyteller, "ids_shared", LOOKED, text="")
