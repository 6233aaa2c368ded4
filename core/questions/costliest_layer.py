"""Which layer hurts most if it is left out?"""

from __future__ import annotations

import numpy as np

from core.engine.backend import Backend
from core.language import _
from core.questions import told
from core.questions.found import Found, Refused
from core.questions.reading import box, clear
from core.questions.registry import check
from core.views.ablation import BLOCKS
from core.views.effects import change_without
from core.views.skip import is_long_work
from core.views.trace import Trace


@check(
    "costliest_layer",
    gives="number",
    numbers=("layer", "bits", "cheapest", "cheapest_bits", "n_layer"),
    places=("layer", "token"),
)
def costliest_layer(engine: Backend, prompt: str) -> Found:
    """The layer without which the prediction moves farthest; both of its parts are left out."""
    trace = engine.trace(prompt)
    n_layer = trace.n_layer
    bits = _costs(engine, trace)
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


def _costs(engine: Backend, trace: Trace) -> np.ndarray:
    """What leaving out each layer changes, in bits; shape (n_layer,)."""
    if is_long_work(engine.shape, trace.n_ctx):
        raise Refused(
            _("To leave out every layer of this model would take too long on this prompt."),
            _("Choose a smaller model, or a shorter prompt."),
        )
    off = [frozenset((layer, part) for part in BLOCKS) for layer in range(trace.n_layer)]
    found = engine.views(change_without, [(trace, frozenset(), parts) for parts in off])
    return np.array([one.divergence for one in found])
