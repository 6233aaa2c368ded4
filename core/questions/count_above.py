"""How many tokens have more than some share of the probability?"""

from __future__ import annotations

from core.engine.backend import Backend
from core.questions import told
from core.questions.found import Found
from core.questions.reading import box, probabilities
from core.questions.registry import check


@check("count_above", gives="number", numbers=("n", "share", "p_top"))
def count_above(engine: Backend, prompt: str, *, share: float = 0.01) -> Found:
    """The number of tokens above a share.

    Parameters
    ----------
    share : of 1

    Raises
    ------
    ValueError
        If it is not between 0 and 1.
    """
    if not 0 < share < 1:
        raise ValueError(f"a share is above 0 and below 1, not {share}")
    p = probabilities(engine.trace(prompt))
    n = int((p > share).sum())
    traps = {1: "one", len(p): "all"}
    traps.pop(n, None)
    return Found(
        right=n,
        numbers=told.counts(n=n) | told.percents(share=share, p_top=p.max()),
        places={},
        traps=traps,
        recipe=box(engine, "count_above", prompt=prompt, share=share, shown=[[n], [p.max()]]),
    )
