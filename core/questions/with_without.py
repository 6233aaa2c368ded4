"""Does a sentence before the prompt change what the model expects?"""

from __future__ import annotations

from core.engine.backend import Backend
from core.language import _
from core.questions import told
from core.questions.found import FAIR, Found, Refused
from core.questions.reading import box, named, probabilities, rank_in, token_of
from core.questions.registry import check

#: Less than this factor is no change.
STAYS = 1.1


@check(
    "with_without",
    gives="choice",
    outcomes=("rises", "falls", "stays"),
    numbers=("context", "token", "p_with", "rank_with", "p_without", "rank_without", "times"),
    places=("token", "id", "whole"),
)
def with_without(engine: Backend, prompt: str, *, context: str, token: int | str) -> Found:
    """Whether a token's probability rises when a text stands before the prompt.

    Parameters
    ----------
    context : what stands before it
    token : a word of one token (meant as in a sentence, with a space before it), or an id
    """
    asked = token_of(engine, token)
    gap = "" if not context or context[-1].isspace() or prompt[:1].isspace() else " "
    whole = f"{context}{gap}{prompt}"
    traces = [engine.trace(text) for text in (whole, prompt)]
    p_with, p_without = (float(probabilities(trace)[asked]) for trace in traces)
    ranks = [rank_in(trace.logits, asked) for trace in traces]
    right = _moved(p_with / max(p_without, 1e-300))
    times = max(p_with, p_without) / max(min(p_with, p_without), 1e-300)
    return Found(
        right=right,
        numbers={
            **told.texts(context=context),
            **named(engine, token=asked),
            **told.percents(p_with=p_with, p_without=p_without),
            **told.counts(rank_with=ranks[0], rank_without=ranks[1]),
            "times": told.Told("number", times, 1 if times < 9.95 else 0),
        },
        places={"token": traces[1].n_ctx - 1, "id": asked, "whole": whole},
        recipe=box(
            engine, "with_without", whole=whole, prompt=prompt, token=asked,
            shown=[[p_with], [p_without], ranks],
        ),
    )  # fmt: skip


def _moved(ratio: float) -> str:
    if max(ratio, 1 / max(ratio, 1e-300)) < STAYS:
        return "stays"
    if 1 / FAIR < ratio < FAIR:
        raise Refused(
            _("What stands before changes this probability neither clearly nor not at all."),
            _("Ask about another word, or put another sentence before the prompt."),
        )
    return "rises" if ratio > 1 else "falls"
