"""What does the lens show before the first layer?"""

from __future__ import annotations

from core.engine.backend import Backend
from core.questions import told
from core.questions.found import Found
from core.questions.reading import box, clear, named
from core.questions.registry import check


@check(
    "lens_at_input",
    gives="choice",
    outcomes=("itself", "answer", "nothing"),
    numbers=("word", "shown", "p", "answer"),
    places=("token",),
)
def lens_at_input(engine: Backend, prompt: str) -> Found:
    """Whether the embedding, read by the head, is the word itself, the answer, or neither."""
    trace = engine.trace(prompt)
    last = trace.n_ctx - 1
    lens = engine.logit_lens(trace, last, last + 1, 2)
    clear(*lens.top_probs[0, 0])
    word, shown, answer = (
        trace.token_ids[last],
        int(lens.top_ids[0, 0, 0]),
        int(lens.top_ids[-1, 0, 0]),
    )
    p = float(lens.top_probs[0, 0, 0])
    return Found(
        right="itself" if shown == word else "answer" if shown == answer else "nothing",
        numbers=named(engine, word=word, shown=shown, answer=answer) | told.percents(p=p),
        places={"token": last},
        recipe=box(engine, "lens_at_input", prompt=prompt, shown=[[word, shown, answer], [p]]),
    )
