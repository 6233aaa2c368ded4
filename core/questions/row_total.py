"""What do all the weights that a token gives add up to?"""

from __future__ import annotations

from core.engine.backend import Backend
from core.questions import told
from core.questions.found import Found
from core.questions.looks import look
from core.questions.reading import box, named
from core.questions.registry import check
from core.questions.told import Told


@check(
    "row_total",
    gives="number",
    numbers=("head", "looker", "total", "n_keys", "largest"),
    places=("layer", "head", "token", "key", "off"),
)
def row_total(
    engine: Backend, prompt: str, *, head: str = "farthest", token: int | str = -1
) -> Found:
    """The sum of a row, in per cent: a hundred, in every head and for every token.

    Parameters
    ----------
    head : a name or a wish; see `core.questions.heads`
    token : the one that looks: a position, or a word of the prompt
    """
    seen = look(engine, prompt, head, token)
    total, largest = float(seen.row.sum(dtype="float64")), float(seen.row.max())
    return Found(
        right=round(100 * total),
        numbers={
            "head": Told("head", (seen.layer, seen.head)),
            **named(engine, looker=seen.trace.token_ids[seen.at]),
            "total": Told("percent", total, 0),
            **told.counts(n_keys=len(seen.row)),
            **told.percents(largest=largest),
        },
        places=seen.places,
        traps={len(seen.row): "tokens"} if len(seen.row) != 100 else {},
        recipe=box(
            engine, "row_total", prompt=prompt, layer=seen.layer, head=seen.head,
            token=seen.at, shown=[[total, largest], [len(seen.row)]],
        ),
    )  # fmt: skip
