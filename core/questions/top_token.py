"""Which token does the model find most likely?"""

from __future__ import annotations

from core.engine.backend import Backend
from core.questions import told
from core.questions.found import Found, by_label
from core.questions.reading import box, clear, label, likeliest, named, probabilities
from core.questions.registry import check

#: The ranks of the wrong answers, and their feedback.
DISTRACTORS = {2: "second", 20: "twentieth", 2_000: "far"}


@check(
    "top_token",
    gives="token",
    numbers=("top", "p_top", "second", "p_second", "third", "p_third"),
    places=("token", "id"),
)
def top_token(engine: Backend, prompt: str) -> Found:
    """The most likely next token, among others of a worse rank."""
    trace = engine.trace(prompt)
    p = probabilities(trace)
    order = likeliest(trace.logits)
    clear(p[order[0]], p[order[1]])
    choices = {int(order[0]): (label(engine, order[0]), "right")}
    for rank, trap in DISTRACTORS.items():
        token = int(order[min(rank, len(order)) - 1])
        choices.setdefault(token, (label(engine, token), trap))
    numbers = {}
    for name, token in zip(("top", "second", "third"), order, strict=False):
        numbers |= named(engine, **{name: token}) | told.percents(**{f"p_{name}": p[token]})
    return Found(
        right=int(order[0]),
        numbers=numbers,
        places={"token": trace.n_ctx - 1, "id": int(order[0])},
        candidates=by_label(choices),
        recipe=box(
            engine, "top_token", prompt=prompt,
            shown={"ids": order[:3], "probabilities": p[order[:3]]},
        ),
    )  # fmt: skip
