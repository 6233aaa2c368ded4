"""Direct logit attribution: a logit as a sum over everything that wrote it.

A logit is a row of the head times the normalised stream. `ln_f` divides by the
deviation of the *whole* stream; with that one number held fixed the rest is
linear, so the parts of the stream add up to the model's logit:

    logit = sum over parts of ((part - mean(part)) / deviation * gain) @ wte[token]
            + bias @ wte[token]

Elhage et al. (2021), *A Mathematical Framework for Transformer Circuits*.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
from accelerate.utils import align_module_device

from core.model.bounds import check_position
from core.views.arrays import read_only, tensor
from core.views.layer_norm import gain_and_bias
from core.views.logit_lens import lens_logits
from core.views.residual import Writes
from core.views.trace import Trace, frozen

if TYPE_CHECKING:
    from core.model.loaded import LoadedModel


@dataclass(frozen=True, eq=False)
class Reader:
    """How the head reads one token's logit, or the difference of two, from a vector.

    Attributes
    ----------
    token, against : token ids; `against` is None for the logit itself
    direction : shape (n_embd,)
        `ln_f.weight` times the token's row of the head (less the other's row).
    bias : `ln_f.bias` read the same way
    eps : of `ln_f`
    """

    token: int
    against: int | None
    direction: np.ndarray
    bias: float
    eps: float


def reader(loaded: LoadedModel, token: int, against: int | None = None) -> Reader:
    """The direction in which a logit (or a difference of two) grows.

    Raises
    ------
    ValueError
        If an id is outside the vocabulary.
    """
    asked = [token] if against is None else [token, against]
    if any(not 0 <= i < loaded.shape.n_vocab for i in asked):
        raise ValueError(f"token ids must lie in [0, {loaded.shape.n_vocab})")
    with align_module_device(loaded.model.lm_head):
        rows = frozen(loaded.model.lm_head.weight[asked])
    final = loaded.model.transformer.ln_f
    gain, bias = gain_and_bias(final)
    row = rows[0] if against is None else rows[0] - rows[1]
    wide = row.astype(np.float64)
    return Reader(token, against, read_only(wide * gain), float(wide @ bias), final.eps)


@dataclass(frozen=True, eq=False)
class Attribution:
    """A logit (or a difference of two) as a sum over everything that wrote it.

    Attributes
    ----------
    token, place : of the embeddings
    heads : shape (n_layer, n_head)
    attn_bias, mlp, mlp_bias : shape (n_layer,)
    final_bias : of `ln_f`
    """

    token: float
    place: float
    heads: np.ndarray
    attn_bias: np.ndarray
    mlp: np.ndarray
    mlp_bias: np.ndarray
    final_bias: float

    @property
    def attn(self) -> np.ndarray:
        """Each layer's attention, without the bias; shape (n_layer,)."""
        return self.heads.sum(1)

    @property
    def embedding(self) -> float:
        return self.token + self.place

    @property
    def bias_pair(self) -> tuple[float, float]:
        """The biases of all layers together, and that of `ln_f`."""
        return float(self.attn_bias.sum() + self.mlp_bias.sum()), self.final_bias

    @property
    def biases(self) -> float:
        return sum(self.bias_pair)

    @property
    def total(self) -> float:
        return float(self.embedding + self.attn.sum() + self.mlp.sum() + self.biases)

    @property
    def strongest(self) -> tuple[int, int]:
        """Layer and head of the largest absolute value."""
        layer, head = np.unravel_index(np.abs(self.heads).argmax(), self.heads.shape)
        return int(layer), int(head)


def attribute(parts: Writes, read: Reader) -> Attribution:
    """Read each part of the stream with the scale of the whole."""
    deviation = np.sqrt(np.var(parts.final.astype(np.float64)) + read.eps)

    def share(vectors: np.ndarray) -> np.ndarray:
        wide = vectors.astype(np.float64)
        return (wide - wide.mean(-1, keepdims=True)) @ read.direction.astype(np.float64) / deviation

    return Attribution(
        float(share(parts.token)),
        float(share(parts.place)),
        *(share(a) for a in (parts.heads, parts.attn_bias, parts.mlp, parts.mlp_bias)),
        read.bias,
    )


def token_logits(
    loaded: LoadedModel, trace: Trace, position: int, token_ids: tuple[int, ...]
) -> np.ndarray:
    """The model's own logits of some tokens after a position; shape (len(token_ids),).

    Raises
    ------
    OutOfRange
        If the text has no such token.
    """
    check_position(position, trace.n_ctx)
    logits = lens_logits(loaded, tensor(loaded, trace.resid[-1, position])[None])
    return frozen(logits[0, list(token_ids)])


def logit_or_difference(logits: np.ndarray) -> float:
    """One logit as it is, two as their difference; shape (1,) or (2,)."""
    return float(logits[0]) if len(logits) == 1 else float(logits[0]) - float(logits[1])


def rival_of(token: int, top_ids: Sequence[int]) -> int:
    """The likeliest token that is not the one asked about; `top_ids` most probable first."""
    return next(int(i) for i in top_ids if i != token)


def attribution_rows(got: Attribution) -> list[dict[str, object]]:
    """Every part and what it adds, as rows of a table; the values add up to the total."""

    def row(part: str, adds: float, layer: int | None = None, head: int | None = None) -> dict:
        return {"part": part, "layer": layer, "head": head, "adds": float(adds)}

    rows = [row("wte", got.token), row("wpe", got.place)]
    for layer in range(len(got.mlp)):
        rows += [row("attn", value, layer, head) for head, value in enumerate(got.heads[layer])]
        rows += [
            row("attn.c_proj.bias", got.attn_bias[layer], layer),
            row("mlp", got.mlp[layer], layer),
            row("mlp.c_proj.bias", got.mlp_bias[layer], layer),
        ]
    return [*rows, row("ln_f.bias", got.final_bias)]
