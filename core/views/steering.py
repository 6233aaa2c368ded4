"""Turn a knob: add the difference of two texts to the stream of a third, and read on.

    resid'[layer, last] = resid[layer, last] + factor * (A[layer, last] - B[layer, last])

A factor of 1 on B itself puts A's vector in the place of B's; a factor of 0 changes nothing.

References
----------
Turner et al. (2023), Activation Addition: Steering Language Models Without Optimization.
"""

from __future__ import annotations

import math

import numpy as np

from core.errors import OutOfRange
from core.language import _
from core.model.bounds import check_layer
from core.model.loaded import LoadedModel
from core.views.arrays import read_only
from core.views.effects import Change, change
from core.views.patching import logits_of
from core.views.patching_frugal import Stream
from core.views.trace import Trace


def direction(a: Trace, b: Trace, layer: int) -> np.ndarray:
    """From B's last vector to A's where they enter a layer; shape (n_embd,)."""
    return read_only(a.resid[layer, -1] - b.resid[layer, -1])


def steered_logits(
    loaded: LoadedModel, text: Trace, a: Trace, b: Trace, layer: int, factor: float
) -> np.ndarray:
    """A text's last logits with the difference of A and B added at its last token.

    Parameters
    ----------
    layer : whose input is changed; n_layer is behind the last
    factor : how often the difference is added; negative: away from A

    Returns
    -------
    shape (n_vocab,), float32, read-only

    Raises
    ------
    OutOfRange
        If the model has no such layer.
        Or if the knob is turned so far that what comes out are no numbers.
    ValueError
        If the factor is not finite.
    """
    check_layer(layer, loaded.shape.n_layer + 1)
    if not math.isfinite(factor):
        raise ValueError(f"a factor must be finite, not {factor}")
    if factor == 0:
        return text.logits
    moved = text.resid[layer, -1] + np.float32(factor) * direction(a, b, layer)
    logits = logits_of(loaded, text, [Stream(layer, text.n_ctx - 1, moved[None])])[0]
    if not np.isfinite(logits).all():
        raise OutOfRange(
            _("Turned so far, the model's numbers overflow: no answer is left."),
            _("Turn the knob back towards 0."),
        )
    return read_only(logits)


def steered_change(
    loaded: LoadedModel, text: Trace, a: Trace, b: Trace, layer: int, factor: float
) -> Change:
    """What the knob makes of a text's next words; see `steered_logits`."""
    return change(text.logits, steered_logits(loaded, text, a, b, layer, factor))
