"""Will this token lead?"""

from __future__ import annotations

from core.engine.backend import Backend
from core.questions.found import Found
from core.questions.places import PLACE_NUMBERS, place_in_line
from core.questions.reading import clear
from core.questions.registry import check


@check(
    "leads",
    gives="choice",
    outcomes=("yes", "no"),
    numbers=PLACE_NUMBERS,
    places=("token", "id"),
)
def leads(engine: Backend, prompt: str, *, token: int | str) -> Found:
    """Whether a token is the most likely next one.

    Parameters
    ----------
    token : as for `core.questions.rank_of`
    """
    found = place_in_line(engine, prompt, token, "leads")
    clear(found.p_top, found.p_second if found.rank == 1 else found.p)
    right = "yes" if found.rank == 1 else "no"
    return Found(right, found.numbers, found.places, found.recipe)
