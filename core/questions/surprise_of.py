"""How much does a text surprise the model?"""

from __future__ import annotations

from core.engine.backend import Backend
from core.errors import TooManyTokens
from core.questions import told
from core.questions.found import Found
from core.questions.reading import box, named, need_text
from core.questions.registry import check
from core.sampling.surprise import score_window


@check(
    "surprise_of",
    gives="number",
    numbers=("bits", "per_token", "worst", "p_worst", "best", "p_best", "n"),
    places=("token",),
)
def surprise_of(engine: Backend, prompt: str, *, text: str | None = None) -> Found:
    """The bits of a text, its first token left out: nothing stands before that.

    Parameters
    ----------
    text : what is scored; None for the prompt
    """
    ids = engine.ids(prompt if text is None else text)
    need_text(ids[1:])
    if len(ids) > engine.shape.n_ctx:
        raise TooManyTokens(len(ids), engine.shape.n_ctx)
    scores = engine.view(score_window, ids)
    bits = scores.surprisal
    total, worst, best = float(bits.sum(dtype="float64")), int(bits.argmax()), int(bits.argmin())
    per_token = total / len(bits)
    return Found(
        right=round(total, 1),
        numbers={
            **told.bits(bits=total, per_token=per_token),
            **named(engine, worst=ids[1 + worst], best=ids[1 + best]),
            **told.percents(p_worst=scores.probs[worst], p_best=scores.probs[best]),
            **told.counts(n=len(bits)),
        },
        places={"token": 1 + worst},
        recipe=box(
            engine, "surprise_of", text=prompt if text is None else text,
            shown=[bits, [total, per_token], [1 + worst, 1 + best]],
        ),
    )  # fmt: skip
