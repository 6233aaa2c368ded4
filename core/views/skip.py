"""What each part of each layer is worth to a prediction: leave it out and see what changes.

    cost = KL(whole || without), in bits

of the next-token distributions of the whole model and of the model in which the
part adds nothing (`core.views.ablation`).
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from core.views.ablation import ablated_logits
from core.views.effects import divergence
from core.views.trace import Trace

if TYPE_CHECKING:
    from core.model.loaded import LoadedModel
    from core.model.shape import Shape


def skip_cost(loaded: LoadedModel, text: tuple[int, ...] | Trace, layer: int, part: str) -> float:
    """How much the prediction changes when one part of one layer is left out.

    Parameters
    ----------
    text : the ids up to and including the token whose prediction is asked, or their trace
    part : "attn" or "mlp"

    Returns
    -------
    float
        KL(whole || without), in bits, at the last position.

    Raises
    ------
    OutOfRange
        If the model has no such layer.
    """
    whole = ablated_logits(loaded, text)
    return float(divergence(whole, ablated_logits(loaded, text, blocks=frozenset({(layer, part)}))))


def costliest(costs: dict[str, list[float]]) -> tuple[str, int, float]:
    """Part, layer and bits of the largest of all `skip_cost` results."""
    return max(
        ((part, layer, bits) for part, row in costs.items() for layer, bits in enumerate(row)),
        key=lambda found: found[2],
    )


def is_long_work(shape: Shape, n_tokens: int) -> bool:
    """Whether `skip_cost` for every part would keep a laptop busy for more than some ten seconds.

    One pass costs about two operations per weight and token; a processor does
    some 10^11 of them in a second.
    """
    operations = 2 * shape.n_layer * 2 * (12 * shape.n_layer * shape.n_embd**2) * n_tokens
    return operations > 1e12
