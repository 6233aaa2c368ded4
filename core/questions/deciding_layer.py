"""From which layer on does the answer lead?"""

from __future__ import annotations

from core.engine.backend import Backend
from core.language import _
from core.questions import told
from core.questions.found import Found, Refused
from core.questions.reading import box, clear, label, named
from core.questions.registry import check


@check(
    "deciding_layer",
    gives="number",
    numbers=("layer", "n_layer", "answer", "steps", "p_final"),
    places=("layer", "token", "id"),
)
def deciding_layer(engine: Backend, prompt: str) -> Found:
    """How many layers it takes until the final answer leads, by the logit lens, to the end.

    0 would be before the first block; n_layer says that only the last one brings it.
    """
    trace = engine.trace(prompt)
    last = trace.n_ctx - 1
    lens = engine.logit_lens(trace, last, last + 1, 2)
    clear(*lens.top_probs[-1, 0])
    right, tops = int(lens.settled[0]), lens.top_ids[:, 0, 0]
    if not right:
        raise Refused(
            _("Here the answer leads before the first layer: nothing is left to decide."),
            _("Try another prompt."),
        )
    answer, p_final = int(tops[-1]), float(lens.top_probs[-1, 0, 0])
    return Found(
        right=right,
        numbers={
            **told.counts(layer=right, n_layer=trace.n_layer),
            **named(engine, answer=answer),
            "steps": told.words([label(engine, i) for i in tops]),
            **told.percents(p_final=p_final),
        },
        places={"layer": right - 1, "token": last, "id": answer},
        traps={0: "start"} if right != trace.n_layer else {},
        recipe=box(engine, "deciding_layer", prompt=prompt, shown=[[right], tops, [p_final]]),
    )
