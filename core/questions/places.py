"""One token's place among all that might come next."""

from __future__ import annotations

from dataclasses import dataclass

from core.engine.backend import Backend
from core.questions import told
from core.questions.reading import box, likeliest, named, probabilities, rank_in, token_of
from core.questions.told import Told
from core.recipes.recipe import Recipe

PLACE_NUMBERS = ("token", "rank", "p", "top", "p_top")


@dataclass(frozen=True, eq=False)
class Place:
    """A token's rank and probability, beside those of the leader.

    Attributes
    ----------
    rank : 1 for the most likely token
    p, p_top, p_second : probabilities of the token and of the two that lead
    numbers, places, recipe : as in `core.questions.found.Found`
    """

    rank: int
    p: float
    p_top: float
    p_second: float
    numbers: dict[str, Told]
    places: dict[str, str | int]
    recipe: Recipe


def place_in_line(engine: Backend, prompt: str, token: int | str, check: str) -> Place:
    """A token's place.

    Parameters
    ----------
    check : the name of the check, and of its program
    """
    trace = engine.trace(prompt)
    asked = token_of(engine, token)
    p, order = probabilities(trace), likeliest(trace.logits)
    rank = rank_in(trace.logits, asked)
    top, second = order[:2]
    return Place(
        rank, float(p[asked]), float(p[top]), float(p[second]),
        numbers={
            **named(engine, token=asked, top=top),
            **told.counts(rank=rank),
            **told.percents(p=p[asked], p_top=p[top]),
        },
        places={"token": trace.n_ctx - 1, "id": asked},
        recipe=box(engine, check, prompt=prompt, token=asked, shown=[[rank], [p[asked]], [p[top]]]),
    )  # fmt: skip
