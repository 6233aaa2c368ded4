"""Which part brings the difference of two texts to the last token?"""

from __future__ import annotations

import numpy as np

from core.engine.backend import Backend
from core.questions import told
from core.questions.found import Found
from core.questions.patched import patched, shares
from core.questions.reading import box, clear, named
from core.questions.registry import check


@check(
    "difference_carrier",
    gives="choice",
    outcomes=("attention", "mlp"),
    numbers=("layer", "share", "mlp_layer", "mlp_share", "up", "down"),
    places=("row", "place"),
)
def difference_carrier(engine: Backend, prompt: str, *, other: str) -> Found:
    """Whether what attention or what the MLP of some layer writes at the last token, taken from
    the prompt, moves the other text's answer more.

    Parameters
    ----------
    other : a text with another answer that ends with the same token
    """
    found = patched(engine, prompt, other)
    parts = {kind: shares(engine, found, kind, found.pairs[-1:])[:, 0] for kind in ("attn", "mlp")}
    attn, mlp = (int(np.argmax(part)) for part in parts.values())
    best = [float(parts["attn"][attn]), float(parts["mlp"][mlp])]
    clear(max(best), min(best))
    right, layer = ("attention", attn) if best[0] > best[1] else ("mlp", mlp)
    return Found(
        right=right,
        numbers={
            **told.counts(layer=attn, mlp_layer=mlp),
            **told.percents(share=best[0], mlp_share=best[1]),
            **named(engine, up=found.up, down=found.down),
        },
        places={"row": layer, "place": found.pairs[-1][0]},
        recipe=box(
            engine, "difference_carrier", prompt=prompt, other=other,
            shown=[parts["attn"], parts["mlp"]], tolerance=2e-3,
        ),
    )  # fmt: skip
