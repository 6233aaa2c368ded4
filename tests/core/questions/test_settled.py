"""Whether the text is settled."""

from __future__ import annotations

import pytest

from core.questions import ask
from tests.core.questions.common import KING, LOOKED, answered, shares


@pytest.mark.parametrize("prompt", [KING, LOOKED])
def test_each_step_sees_only_the_text_so_far(storyteller, oracle_of, prompt: str) -> None:
    """The box goes on greedily from both tokens in plain transformers."""
    found = answered(storyteller, "settled", prompt)
    two = shares(oracle_of, storyteller, prompt).topk(2).indices.tolist()
    assert [ids[0] for ids in found.recipe.shown] == two
    assert (found.recipe.shown[0][1:] == found.recipe.shown[1][1:]) == (found.right == "yes")


@pytest.mark.parametrize("n", [0, 61])
def test_how_far_it_looks_has_bounds(tiny, n: int) -> None:
    with pytest.raises(ValueError, match="1 to 60"):
        ask(tiny, "settled", KING, n=n)


def test_a_random_model_answers_too(smallest) -> None:
    assert answered(smallest, "settled", "the and", n=4).right in ("yes", "no")
