"""The closed list of checks, and what it says to a lesson's file that asks for the wrong thing."""

from __future__ import annotations

import inspect
import pickle
from pathlib import Path

import pytest

from core.questions import CHECKS, Refused, ask
from core.questions.registry import COMMON, NEEDED
from core.recipes.program import values_of
from tests.core.questions.common import LOOKED

HERE = Path(__file__).parent


@pytest.mark.parametrize("name", CHECKS)
def test_one_word_names_a_check_everywhere(name: str) -> None:
    check = CHECKS[name]
    assert check.function.__name__ == name
    assert check.function.__module__ == f"core.questions.{name}"
    assert (HERE / f"test_{name}.py").is_file()
    assert values_of(f"questions/{name}")


@pytest.mark.parametrize("name", CHECKS)
def test_a_check_says_what_it_takes_and_fills(name: str) -> None:
    check = CHECKS[name]
    assert inspect.getdoc(check.function)
    assert set(check.types) == set(check.parameters)
    assert check.numbers[: len(COMMON)] == COMMON
    assert len(set(check.numbers)) == len(check.numbers)
    assert bool(check.outcomes) == (check.gives == "choice")


def test_the_list_is_closed() -> None:
    with pytest.raises(TypeError):
        CHECKS["mine"] = CHECKS["top_token"]  # type: ignore[index]


@pytest.mark.parametrize(
    ("name", "given", "says"),
    [
        ("no_such", {}, "there is no check 'no_such'"),
        ("top_token", {"depth": 1}, "takes no 'depth'"),
        ("strongest_key", {"head": 3}, "cannot use head: 3"),
        ("strongest_key", {"token": 1.5}, "cannot use token: 1.5"),
        ("strongest_key", {"token": True}, "cannot use token: True"),
        ("strongest_key", {"head": "loudest"}, "a head is L3.H7, or one of"),
        ("n_tokens", {"text": ["a"]}, "cannot use text"),
    ],
)
def test_a_files_mistake_is_a_sentence(tiny, name: str, given: dict, says: str) -> None:
    with pytest.raises(ValueError, match=says):
        ask(tiny, name, LOOKED, **given)


def test_what_must_be_given_is_asked_for(tiny) -> None:
    for name, check in CHECKS.items():
        if NEEDED in check.parameters.values():
            with pytest.raises(ValueError, match=f"the check {name} needs"):
                ask(tiny, name, LOOKED)


@pytest.mark.parametrize("prompt", ["", "a " * 400])
def test_a_prompt_that_cannot_be_read_is_refused(tiny, prompt: str) -> None:
    with pytest.raises(Refused) as refused:
        ask(tiny, "top_token", prompt)
    assert refused.value.problem
    assert refused.value.cure
    assert str(pickle.loads(pickle.dumps(refused.value))) == str(refused.value)


def test_what_every_check_tells(storyteller) -> None:
    numbers = ask(storyteller, "top_token", LOOKED).numbers
    assert [str(numbers[name]) for name in COMMON] == [LOOKED, "6", "50,257"]


def test_the_same_question_has_the_same_answer(storyteller) -> None:
    one, other = (ask(storyteller, "top_token", LOOKED) for _time in range(2))
    assert one.numbers == other.numbers
    assert one.candidates == other.candidates
