"""Is the text settled, whichever token comes first?"""

from __future__ import annotations

from core.engine.backend import Backend
from core.questions import told
from core.questions.found import Found
from core.questions.reading import box, likeliest, named
from core.questions.registry import check
from core.questions.writing import text_of, written


@check(
    "settled",
    gives="choice",
    outcomes=("no", "yes"),
    numbers=("best", "second", "best_text", "second_text", "n"),
    places=("token", "id"),
)
def settled(engine: Backend, prompt: str, *, n: int = 8) -> Found:
    """Whether the text goes on alike after the best token and after the second best.

    Parameters
    ----------
    n : tokens written after each, the most likely one each time
    """
    trace = engine.trace(prompt)
    firsts = [int(i) for i in likeliest(trace.logits)[:2]]
    rest = [written(engine, (*trace.token_ids, first), n) for first in firsts]
    texts = [text_of(engine, (f, *new)) for f, new in zip(firsts, rest, strict=True)]
    return Found(
        right="yes" if rest[0] == rest[1] else "no",
        numbers={
            **named(engine, best=firsts[0], second=firsts[1]),
            **told.texts(best_text=texts[0], second_text=texts[1]),
            **told.counts(n=n),
        },
        places={"token": trace.n_ctx - 1, "id": firsts[1]},
        recipe=box(
            engine, "settled", prompt=prompt, n=n,
            shown=[[f, *new] for f, new in zip(firsts, rest, strict=True)],
        ),
    )  # fmt: skip
