"""Does temperature change the order of the tokens?"""

from __future__ import annotations

import numpy as np

from core.engine.backend import Backend
from core.questions import told
from core.questions.found import Found
from core.questions.reading import box, likeliest, named
from core.questions.registry import check
from core.sampling.explain import entropy_bits
from core.views.softmax import softmax

#: The tokens before the tail.
FIRST = 50


@check(
    "order_kept",
    gives="choice",
    outcomes=("yes", "no"),
    numbers=(
        "top", "p_1", "p_low", "p_high", "beyond_low", "beyond_1", "beyond_high",
        "bits_low", "bits_1", "bits_high", "low", "high", "n_first",
    ),
    places=("temperature",),
)  # fmt: skip
def order_kept(
    engine: Backend, prompt: str, *, temperature: float = 2.0, low: float = 0.3
) -> Found:
    """Whether the tokens keep their order: dividing by a number above zero exchanges none.

    Parameters
    ----------
    temperature : a high one
    low : a low one

    Raises
    ------
    ValueError
        If they are not above 0, or not on both sides of 1.
    """
    if not 0 < low < 1 < temperature:
        raise ValueError(f"low must lie between 0 and 1, and {temperature} above 1")
    logits = engine.trace(prompt).logits.astype(np.float64)
    order, each = likeliest(logits), {"low": low, "1": 1.0, "high": temperature}
    p = {name: softmax(logits / t)[order] for name, t in each.items()}
    lead = {f"p_{name}": shares[0] for name, shares in p.items()}
    beyond = {f"beyond_{name}": shares[FIRST:].sum() for name, shares in p.items()}
    bits = {f"bits_{name}": entropy_bits(shares) for name, shares in p.items()}
    return Found(
        right="yes" if all((np.diff(shares) <= 0).all() for shares in p.values()) else "no",
        numbers={
            **named(engine, top=order[0]),
            **told.percents(**lead, **beyond),
            **told.bits(**bits),
            **told.settings(low=low, high=temperature), **told.counts(n_first=FIRST),
        },
        places={"temperature": f"{temperature:g}"},
        recipe=box(
            engine, "order_kept", shown=[[*x.values()] for x in (lead, beyond, bits)],
            prompt=prompt, temperatures=[*each.values()], first=FIRST,
        ),
    )  # fmt: skip
