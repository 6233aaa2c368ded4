"""What all checks are held to."""

from __future__ import annotations

import torch

from core.engine.engine import Engine
from core.questions import CHECKS, Found, ask
from core.tokens.encoding import encode
from tests.boxes import check_box

#: Prompts of the lessons, and one that only a random model is asked.
LOOKED = "He opened his eyes and looked"
MET = "Mr. Wimbleton met Mrs. Hargrave. Mr. Wimbleton spoke to Mrs."
KING = "Once upon a time there was a king who had a beautiful daughter. The king"


def answered(engine: Engine, name: str, prompt: str, **given) -> Found:
    """A check's answer, once it kept its promises and its program printed the same numbers."""
    found = ask(engine, name, prompt, **given)
    check = CHECKS[name]
    assert set(found.numbers) == set(check.numbers_with(given))
    assert set(found.places) == set(check.places)
    assert all(str(number) for number in found.numbers.values() if number.value not in ("", ()))
    _right_is_possible(found, name, engine, prompt)
    check_box(found.recipe)
    return found


def _right_is_possible(found: Found, name: str, engine: Engine, prompt: str) -> None:
    gives = CHECKS[name].gives
    assert found.right not in found.traps, "a misconception gives the right answer"
    if gives == "choice":
        assert found.right in CHECKS[name].outcomes
    if gives == "token":
        right = [one.answer for one in found.candidates if one.trap == "right"]
        assert right == [found.right]
        assert len({one.label for one in found.candidates}) == len(found.candidates) >= 2
    if gives == "click":
        assert 0 <= found.right < len(engine.ids(prompt))


def plain(oracle_of, engine: Engine, prompt: str, **more):
    """Plain transformers' output for a prompt."""
    ids = [token.id for token in encode(engine.tokenizer, prompt)]
    with torch.no_grad():
        return oracle_of(engine.loaded.source)(torch.tensor([ids]), **more)


def shares(oracle_of, engine: Engine, prompt: str) -> torch.Tensor:
    """The next token's probabilities by plain transformers; shape (n_vocab,), float64."""
    return plain(oracle_of, engine, prompt).logits[0, -1].double().softmax(-1)
