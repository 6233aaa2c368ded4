"""Does calculating with words hit the expected one?"""

from __future__ import annotations

from core.engine.backend import Backend
from core.language import _
from core.model.loaded import LoadedModel
from core.questions import told
from core.questions.found import Found, Refused
from core.questions.reading import box, named, token_of
from core.questions.registry import check
from core.views.analogy import analogy
from core.views.neighbours import scores
from core.views.wte import mean_row, search_index


@check(
    "analogy_hit",
    gives="choice",
    outcomes=("hit", "miss"),
    numbers=("a", "minus", "plus", "found", "cosine", "expected", "expected_rank"),
    places=("a", "b", "c"),
)
def analogy_hit(
    engine: Backend, prompt: str, *, a: str, minus: str, plus: str, expected: str
) -> Found:
    """Whether the token nearest to a - minus + plus is the expected one; the inputs do not count.

    Parameters
    ----------
    a, minus, plus, expected : words of one token each
    """
    ids = [token_of(engine, word) for word in (a, minus, plus)]
    wanted = token_of(engine, expected)
    rank = engine.view(_rank, *ids, wanted)
    best = engine.view(analogy, *((i,) for i in ids), 1).answers
    found, cosine = int(best.ids[0]), float(best.values[0])
    return Found(
        right="hit" if found == wanted else "miss",
        numbers={
            **named(engine, a=ids[0], minus=ids[1], plus=ids[2], found=found, expected=wanted),
            **told.decimals(cosine=cosine),
            **told.counts(expected_rank=rank),
        },
        places={"a": a.strip(), "b": minus.strip(), "c": plus.strip()},
        recipe=box(
            engine, "analogy_hit", a=ids[0], minus=ids[1], plus=ids[2], expected=wanted,
            shown=[[found], [cosine], [rank]],
        ),
    )  # fmt: skip


def _rank(loaded: LoadedModel, a: int, minus: int, plus: int, expected: int) -> int:
    """The expected token's place among all that are no variant of a word that went in."""
    family = search_index(loaded).family
    asked = {int(family[i]) for i in (a, minus, plus)}
    if int(family[expected]) in asked:
        raise Refused(
            _("The expected word is one of those that went in, and these do not count."),
            _("Expect another word."),
        )
    rows = [mean_row(loaded, (i,)) for i in (a, minus, plus)]
    values = scores(loaded, rows[0] - rows[1] + rows[2], "cosine")
    better = family[values > values[expected]].tolist()
    return 1 + sum(number not in asked for number in better)
