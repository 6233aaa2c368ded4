"""Does the order of the words change what comes next?"""

from __future__ import annotations

from core.engine.backend import Backend
from core.questions import told
from core.questions.found import Found
from core.questions.reading import box, clear, likeliest, named, probabilities
from core.questions.registry import check
from core.questions.swapped import swapped
from core.tokens.encoding import decode


@check(
    "two_orders",
    gives="choice",
    outcomes=("same", "other"),
    numbers=("other_prompt", "top", "p_top", "other_top", "other_p_top"),
    places=("other",),
)
def two_orders(engine: Backend, prompt: str, *, other: str | None = None) -> Found:
    """Whether the most likely token stays when the words stand in another order.

    Parameters
    ----------
    other : the same words in another order; None for two of them exchanged
    """
    if other is None:
        other = decode(engine.tokenizer, swapped(engine, prompt).after)
    best = [_best(engine, text) for text in (prompt, other)]
    (top, p_top), (other_top, other_p) = best
    return Found(
        right="same" if top == other_top else "other",
        numbers={
            **told.texts(other_prompt=other),
            **named(engine, top=top, other_top=other_top),
            **told.percents(p_top=p_top, other_p_top=other_p),
        },
        places={"other": other},
        recipe=box(
            engine, "two_orders", prompt=prompt, other=other,
            shown=[[top, other_top], [p_top, other_p]],
        ),
    )  # fmt: skip


def _best(engine: Backend, text: str) -> tuple[int, float]:
    """The clear leader of a text, and its probability."""
    trace = engine.trace(text)
    p, order = probabilities(trace), likeliest(trace.logits)
    clear(p[order[0]], p[order[1]])
    return int(order[0]), float(p[order[0]])
