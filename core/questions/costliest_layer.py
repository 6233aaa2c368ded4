"""Which layer hurts most if it is left out?"""

from __future__ import annotations

import numpy as np

from core.engine.engine import Engine
from core.questions import told
from core.questions.found import Found
from core.questions.reading import box, clear
from core.questions.registry import check
from core.views.ablation import BLOCKS
from core.views.effects import change_without


@check(
    "costliest_layer",
    gives="number",
    numbers=("layer", "bits", "cheapest", "cheapest_bits", "n_layer"),
    places=("layer", "token"),
)
def costliest_layer(engine: Engine, prompt: str) -> Found:
    """The layer without which the prediction moves farthest; both of its parts are left out."""
    trace = engine.trace(prompt)
    n_layer = trace.n_layer
    off = [frozenset((layer, part) for part in BLOCKS) for layer in range(n_layer)]
    found = engine.views(change_without, [(trace, frozenset(), parts) for parts in off])
    bits = np.array([one.divergence for one in found])
    worst, best = int(bits.argmax()), int(bits.argmin())
    if n_layer > 1:
        clear(bits[worst], np.partition(bits, -2)[-2])
    traps = {0: "first", n_layer - 1: "last"}
    traps.pop(worst, None)
    return Found(
        right=worst,
        numbers={
            **told.counts(layer=worst, cheapest=best, n_layer=n_layer),
            **told.bits(bits=bits[worst], cheapest_bits=bits[best]),
        },
        places={"layer": worst, "token": trace.n_ctx - 1},
        traps=traps,
        recipe=box(engine, "costliest_layer", prompt=prompt, shown=bits),
    )
