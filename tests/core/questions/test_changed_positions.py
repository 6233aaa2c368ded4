"""Whose vectors change when two words change places."""

from __future__ import annotations

import numpy as np
import pytest

from core.questions import Refused, ask
from core.questions.swapped import swapped
from tests.core.questions.common import KING, MET, answered, plain

BIT = "the man bit the dog and the"


@pytest.mark.parametrize("which", ["storyteller", "tiny"])
@pytest.mark.parametrize("prompt", [KING, MET])
def test_nothing_changes_before_the_first_word(request, oracle_of, which, prompt: str) -> None:
    engine = request.getfixturevalue(which)
    found = answered(engine, "changed_positions", prompt)
    pair = swapped(engine, prompt)
    after = engine.tokenizer.decode(pair.after)
    states = [
        plain(oracle_of, engine, text, output_hidden_states=True).hidden_states
        for text in (prompt, after)
    ]
    moved = np.array(
        [(a - b).abs().max(-1).values[0].numpy() for a, b in zip(*states, strict=True)]
    )
    assert moved[:, : found.right].max() < 1e-4
    assert moved[-1, found.right :].min() > 1e-3
    assert found.numbers["largest_before"].value == 0.0


def test_worked_number(storyteller) -> None:
    found = ask(storyteller, "changed_positions", BIT, first="man", second="dog")
    assert found.right == 1
    assert str(found.numbers["first"]) == "␣man"
    assert str(found.numbers["changed"]) == "6"
    assert found.traps == {0: "all", 4: "second"}
    assert found.places == {"swap_one": "1", "swap_other": "4", "token": 1}


def test_which_word_is_named_first_does_not_matter(storyteller) -> None:
    one = ask(storyteller, "changed_positions", BIT, first="man", second="dog")
    other = ask(storyteller, "changed_positions", BIT, first=4, second=1)
    assert one.numbers == other.numbers


@pytest.mark.parametrize(
    ("given", "says"),
    [
        ({"first": 0, "second": 1}, "Nothing stands before"),
        ({"first": 1, "second": 1}, "no two different words"),
        ({"first": "the", "second": 3}, "no two different words"),
        ({"first": 1, "second": 40}, "no such word"),
        ({"first": "cow"}, "does not stand in the prompt"),
    ],
)
def test_what_cannot_be_exchanged_is_refused(storyteller, given: dict, says: str) -> None:
    with pytest.raises(Refused, match=says):
        ask(storyteller, "changed_positions", BIT, **given)


@pytest.mark.parametrize(
    ("prompt", "words"),
    [
        (KING, ("␣upon", "␣time")),
        ("The dog chased the cat, and the", ("␣dog", "␣chased")),
        ("I saw a cat", ("␣saw", "␣a")),
    ],
)
def test_two_words_are_chosen_where_none_are_named(storyteller, prompt: str, words) -> None:
    found = ask(storyteller, "changed_positions", prompt)
    assert (str(found.numbers["first"]), str(found.numbers["second"])) == words


def test_one_word_is_refused(storyteller) -> None:
    with pytest.raises(Refused):
        ask(storyteller, "changed_positions", "dog")
