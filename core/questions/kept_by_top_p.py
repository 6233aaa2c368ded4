"""How many tokens does top-p leave?"""

from __future__ import annotations

import numpy as np

from core.engine.backend import Backend
from core.questions import told
from core.questions.found import Found
from core.questions.reading import box, likeliest, named
from core.questions.registry import check
from core.sampling.settings import SamplingSettings
from core.sampling.stages import final_stage


@check(
    "kept_by_top_p",
    gives="number",
    numbers=("kept", "top_p", "cut", "last", "p_last"),
    places=("top_p",),
)
def kept_by_top_p(engine: Backend, prompt: str, *, top_p: float = 0.9) -> Found:
    """The number of tokens that stay.

    Parameters
    ----------
    top_p : the probability that the kept tokens reach together

    Raises
    ------
    ValueError
        If it is not between 0 and 1.
    """
    if not 0 < top_p < 1:
        raise ValueError(f"top_p is above 0 and below 1 here, not {top_p}")
    logits = engine.trace(prompt).logits
    stage = final_stage(logits, SamplingSettings(top_p=float(top_p)))
    kept, n_vocab = stage.kept, len(logits)
    last = int(likeliest(stage.logits)[kept - 1])
    p_last = float(np.exp(logits[last] - np.logaddexp.reduce(logits.astype(np.float64))))
    traps = {n_vocab: "all", round(top_p * n_vocab): "share"}
    traps.pop(kept, None)
    return Found(
        right=kept,
        numbers={
            **told.counts(kept=kept, cut=n_vocab - kept),
            **named(engine, last=last),
            **told.percents(top_p=top_p, p_last=p_last),
        },
        places={"top_p": f"{top_p:g}"},
        traps=traps,
        recipe=box(engine, "kept_by_top_p", prompt=prompt, top_p=float(top_p), shown=[[kept]]),
    )
