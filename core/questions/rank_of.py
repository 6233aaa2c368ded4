"""On which place does the model have a token as the next one?"""

from __future__ import annotations

from core.engine.backend import Backend
from core.questions.found import Found
from core.questions.places import PLACE_NUMBERS, place_in_line
from core.questions.registry import check


@check("rank_of", gives="number", numbers=PLACE_NUMBERS, places=("token", "id"))
def rank_of(engine: Backend, prompt: str, *, token: int | str) -> Found:
    """A token's rank among all of the vocabulary.

    Parameters
    ----------
    token : a word of one token (meant as in a sentence, with a space before it), or an id
    """
    found = place_in_line(engine, prompt, token, "rank_of")
    traps = {} if found.rank == 1 else {1: "first"}
    return Found(found.rank, found.numbers, found.places, found.recipe, traps=traps)
