"""Whatever the prompt and the model: an answer, or a sentence that says why there is none."""

from __future__ import annotations

import pytest

from core.questions import CHECKS, Found, Refused, ask
from core.questions.registry import NEEDED
from tests.core.questions.common import KING, LOOKED, MET

PROMPTS = [
    "", " ", "a", "\n\n", "🙂", "é", "\ud800", "<|endoftext|>", "{weight} <b>**x**</b>", "ٱلْعَرَبِيَّة",
    "the the the the", "1 2 3 4", LOOKED, MET, KING, "the king " * 200,
]  # fmt: skip
#: For the parameters that have no default.
GIVEN = {
    "token": "king", "text": "strawberry", "context": "My name is Anna.",
    "a": "king", "minus": "man", "plus": "woman", "expected": "queen",
    "other": "Mr. Wimbleton met Mrs. Green. Mr. Wimbleton spoke to Mrs.",
    "texts": {"one": "a", "two": "strawberries"},
}  # fmt: skip
#: They write texts, which takes longer.
WRITE = {"same_text", "settled", "weights_unchanged"}


def given_for(name: str) -> dict:
    parameters = CHECKS[name].parameters
    return {p: GIVEN[p] for p, default in parameters.items() if default is NEEDED}


@pytest.mark.parametrize("name", CHECKS)
@pytest.mark.parametrize("which", ["storyteller", "tiny", "smallest"])
def test_every_check_on_every_prompt(request, which: str, name: str) -> None:
    engine, check, given = request.getfixturevalue(which), CHECKS[name], given_for(name)
    answers = 0
    for prompt in PROMPTS[::3] if name in WRITE else PROMPTS:
        try:
            found = ask(engine, name, prompt, **given)
        except Refused as refused:
            problem, cure = refused.problem, refused.cure
        else:
            problem = cure = "-."
            answers += 1
            _kept_its_promises(found, check, given)
        assert problem.endswith(".")
        assert cure.endswith(".")
    assert answers or which != "storyteller", "it never answers"


def _kept_its_promises(found: Found, check, given: dict) -> None:
    assert set(found.numbers) == set(check.numbers_with(given))
    assert set(found.places) == set(check.places)
    assert found.right not in found.traps
    assert all(isinstance(place, str | int) for place in found.places.values())
    assert all(isinstance(str(number), str) for number in found.numbers.values())
    if check.gives == "choice":
        assert found.right in check.outcomes
    if check.gives == "token":
        assert [one.answer for one in found.candidates if one.trap == "right"] == [found.right]
        assert len(found.candidates) >= 2
