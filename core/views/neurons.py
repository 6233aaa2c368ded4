"""The neurons of an MLP, and what each of them says.

    mlp(x) = sum over neurons n of gelu(x @ c_fc[:, n] + b[n]) * c_proj[n] + bias

A neuron that fires adds its own row of `c_proj`. Read by `ln_f` (with the deviation
of this token's final stream) and the head, that vector raises some tokens and
lowers others: its direct effect on every logit (Geva et al. 2022, *Transformer
Feed-Forward Layers Build Predictions by Promoting Concepts in the Vocabulary
Space*).
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal

import numpy as np
import torch
from accelerate.utils import align_module_device

from core.model.bounds import check_layer, check_position
from core.views.arrays import integers, tensor
from core.views.block import middle_of
from core.views.layer_norm import gain_and_bias
from core.views.top_k import top_k
from core.views.trace import Trace, frozen

if TYPE_CHECKING:
    from core.model.loaded import LoadedModel

Loudness = Literal["activation", "effect"]


@dataclass(frozen=True, eq=False)
class Neurons:
    """The most active neurons of one MLP for one token.

    Attributes
    ----------
    layer, position : counted from zero
    neurons : shape (top,); index in n_inner, strongest first
    activations : shape (top, n_ctx); after GELU, for every token of the text
    lengths : shape (top,); norm of what each adds to the residual stream here
    promoted_ids, suppressed_ids : shape (top, words)
    promoted, suppressed : same shape; direct effect on the logit, less the mean over
        the vocabulary (a shift of all logits changes no probability)
    all_active : shape (n_inner,); every neuron at `position`
    """

    layer: int
    position: int
    neurons: np.ndarray
    activations: np.ndarray
    lengths: np.ndarray
    promoted_ids: np.ndarray
    promoted: np.ndarray
    suppressed_ids: np.ndarray
    suppressed: np.ndarray
    all_active: np.ndarray

    def words(self, which: int) -> tuple[list[int], np.ndarray]:
        """Token ids and effects of one neuron, from the most raised to the most lowered."""
        ids = [*self.promoted_ids[which], *self.suppressed_ids[which][::-1]]
        effects = np.concatenate([self.promoted[which], self.suppressed[which][::-1]])
        return [int(i) for i in ids], effects

    @property
    def n_firing(self) -> int:
        """How many neurons let something through (activation above zero)."""
        return int((self.all_active > 0).sum())


def neurons(
    loaded: LoadedModel,
    trace: Trace,
    layer: int,
    position: int,
    top: int = 12,
    words: int = 8,
    by: Loudness = "activation",
) -> Neurons:
    """The neurons that speak loudest for a token, and what each says.

    Parameters
    ----------
    top : how many neurons
    words : how many tokens each of them raises and lowers
    by : "activation", the largest value after GELU; or "effect", the largest
        norm of what the neuron adds to the stream, whatever its sign

    Raises
    ------
    OutOfRange
        If the model has no such layer or the text no such token.
    ValueError
        If `by` is neither.
    """
    check_layer(layer, loaded.shape.n_layer)
    check_position(position, trace.n_ctx)
    if by not in {"activation", "effect"}:
        raise ValueError("by must be 'activation' or 'effect'")
    block = loaded.model.transformer.h[layer]
    active = block.mlp.act(block.mlp.c_fc(block.ln_2(middle_of(loaded, trace, layer))))
    here = active[position].float()
    loud, lengths, added = _loudest(block.mlp.c_proj, here, top, by)
    effects = _effects(loaded, tensor(loaded, trace.resid[-1, position]).float(), added)
    up, up_ids = top_k(effects, words)
    down, down_ids = top_k(-effects, words)
    said = (integers(up_ids), frozen(up), integers(down_ids), frozen(-down))
    fires = frozen(active[:, loud].T)
    return Neurons(layer, position, integers(loud), fires, frozen(lengths), *said, frozen(here))


def _loudest(
    c_proj: torch.nn.Module, here: torch.Tensor, top: int, by: Loudness
) -> tuple[torch.Tensor, torch.Tensor, torch.Tensor]:
    """The loudest neurons, the length of what each adds, and what each adds; (top, n_embd)."""
    with align_module_device(c_proj):
        rows = c_proj.weight.to(here.device)
        lengths = here.abs() * rows.float().norm(dim=-1)
        loud = (here if by == "activation" else lengths).topk(min(top, len(here))).indices
        return loud, lengths[loud], (rows[loud] * here[loud, None].to(rows.dtype)).float()


def _effects(loaded: LoadedModel, stream: torch.Tensor, added: torch.Tensor) -> torch.Tensor:
    """What vectors of shape (n, n_embd) do to the logits of a final stream; (n, n_vocab)."""
    final = loaded.model.transformer.ln_f
    deviation = (stream.var(unbiased=False) + final.eps).sqrt()
    gain = tensor(loaded, gain_and_bias(final)[0]).to(added)
    read = (added - added.mean(-1, keepdim=True)) / deviation * gain
    effects = loaded.model.lm_head(read.to(loaded.model.dtype)).float()
    return effects - effects.mean(-1, keepdim=True)


def shares_of_largest(values: np.ndarray) -> list[float]:
    """Each value's share of the largest, in [0, 1]; what is below zero counts as none."""
    top = max(float(values.max()), 1e-6)
    return [max(0.0, float(v)) / top for v in values]
