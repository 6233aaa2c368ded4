"""Switch parts of the model off for one call and see what it predicts without them.

The hooks live only as long as the call, and every call runs on the engine's own
thread: nobody else's session can come in between and feel them.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from functools import partial
from typing import Literal

import numpy as np
import torch

from core.model.bounds import check_head, check_ids, check_layer
from core.model.loaded import LoadedModel
from core.views.arrays import tensor
from core.views.trace import Trace, frozen

Mode = Literal["zero", "mean"]
MODES: tuple[Mode, ...] = ("zero", "mean")
BLOCKS = ("attn", "mlp")
#: Tokens that go through the blocks at once when every head is tried: 26 MB for GPT-2 XL's MLP.
BATCH_ROWS = 1024


def _check(loaded: LoadedModel, heads: frozenset, blocks: frozenset, mode: str) -> None:
    if mode not in MODES:
        raise ValueError(f"mode must be one of {MODES}, not {mode!r}")
    for layer, head in heads:
        check_layer(layer, loaded.shape.n_layer)
        check_head(head, loaded.shape.n_head)
    for layer, name in blocks:
        if name not in BLOCKS:
            raise ValueError(f"a block is one of {BLOCKS}, not {name!r}")
        check_layer(layer, loaded.shape.n_layer)


def _replacement(values: torch.Tensor, mode: Mode) -> torch.Tensor:
    """What stands in for (batch, n_ctx, width): zero, or the average over the prompt's tokens."""
    if mode == "zero":
        return torch.zeros_like(values)
    return values.mean(dim=-2, keepdim=True).expand_as(values)


def _without(cut: list[slice], mode: Mode, _module, inputs: tuple[torch.Tensor, ...]) -> tuple:
    """Before `c_proj` mixes the heads: some heads' parts of z replaced."""
    z = inputs[0].clone()
    for part in cut:
        z[..., part] = _replacement(z[..., part], mode)
    return (z, *inputs[1:])


def _silent(mode: Mode, _module, _inputs, output):
    """After a whole part: its output replaced."""
    # Attention returns (output, weights); the MLP a tensor.
    if isinstance(output, tuple):
        return (_replacement(output[0], mode), *output[1:])
    return _replacement(output, mode)


@contextmanager
def switched_off(
    loaded: LoadedModel,
    heads: frozenset[tuple[int, int]] = frozenset(),
    blocks: frozenset[tuple[int, str]] = frozenset(),
    mode: Mode = "zero",
) -> Iterator[None]:
    """While inside, the named parts write nothing (or their average) to the residual stream.

    Parameters
    ----------
    heads : (layer, head) pairs; a head is replaced where its output z enters `c_proj`
    blocks : (layer, "attn" | "mlp") pairs; the whole part, its bias included
    mode : "zero", or "mean": the average over the prompt's own tokens

    Raises
    ------
    OutOfRange
        If the model has no such layer or head.
    ValueError
        For an unknown block or mode.
    """
    _check(loaded, heads, blocks, mode)
    layers, d_head = loaded.model.transformer.h, loaded.shape.d_head
    cut: dict[int, list[slice]] = {}
    for layer, head in sorted(heads):
        cut.setdefault(layer, []).append(slice(head * d_head, (head + 1) * d_head))
    handles = []
    try:
        for layer, parts in cut.items():
            hook = partial(_without, parts, mode)
            handles.append(layers[layer].attn.c_proj.register_forward_pre_hook(hook))
        for layer, name in sorted(blocks):
            part = getattr(layers[layer], name)
            handles.append(part.register_forward_hook(partial(_silent, mode)))
        yield
    finally:
        for handle in handles:
            handle.remove()


def ablated_logits(
    loaded: LoadedModel,
    text: tuple[int, ...] | Trace,
    heads: frozenset[tuple[int, int]] = frozenset(),
    blocks: frozenset[tuple[int, str]] = frozenset(),
    mode: Mode = "zero",
) -> np.ndarray:
    """The last position's logits with some heads or blocks switched off.

    Parameters
    ----------
    text : token ids, length n_ctx; or their trace, from which all that lies below the
        first part that is off is taken instead of computed
    heads : (layer, head) pairs
    blocks : (layer, "attn" | "mlp") pairs
    mode : "zero" or "mean" (the average over the prompt's own tokens; for a prompt
        of one token that is the token itself, so nothing changes)

    Returns
    -------
    shape (n_vocab,), float32, read-only

    Raises
    ------
    EmptyPrompt, TooManyTokens, OutOfRange
    ValueError
        For an unknown block or mode.

    References
    ----------
    Michel et al. (2019), Are Sixteen Heads Really Better than One?
    """
    if isinstance(text, Trace):
        return _above(loaded, text, heads, blocks, mode)
    check_ids(text, loaded.shape.n_ctx, loaded.shape.n_vocab)
    with switched_off(loaded, heads, blocks, mode):
        tokens = torch.tensor([text], device=loaded.device)
        out = loaded.model(input_ids=tokens, use_cache=False, logits_to_keep=1)
    return frozen(out.logits[0, -1])


def _above(
    loaded: LoadedModel, trace: Trace, heads: frozenset, blocks: frozenset, mode: Mode
) -> np.ndarray:
    """`ablated_logits` from the residual stream that enters the first layer with a part off."""
    model, body = loaded.model, loaded.model.transformer
    with switched_off(loaded, heads, blocks, mode):
        if not heads and not blocks:
            return trace.logits
        first = min(layer for layer, _part in (*heads, *blocks))
        stream = tensor(loaded, trace.resid[first])[None]
        for block in body.h[first:]:
            stream = block(stream)  # without a mask transformers' fused attention is causal
        return frozen(model.lm_head(body.ln_f(stream[:, -1:]))[0, -1])


def ablated_layer(
    loaded: LoadedModel, text: tuple[int, ...] | Trace, layer: int, mode: Mode = "zero"
) -> np.ndarray:
    """The last logits with each head of one layer off alone; shape (n_head, n_vocab).

    From a trace several heads are tried at once, a row of a batch each: the blocks above and
    the vocabulary are read once for all of them.
    """
    n_head = loaded.shape.n_head
    if not isinstance(text, Trace):
        alone = [frozenset({(layer, head)}) for head in range(n_head)]
        return np.stack([ablated_logits(loaded, text, one, frozenset(), mode) for one in alone])
    _check(loaded, frozenset({(layer, 0)}), frozenset(), mode)
    some = max(1, BATCH_ROWS // text.n_ctx)
    made = [
        _each_off(loaded, text, layer, range(n_head)[first : first + some], mode)
        for first in range(0, n_head, some)
    ]
    return np.concatenate(made)


def _each_off(
    loaded: LoadedModel, trace: Trace, layer: int, heads: range, mode: Mode
) -> np.ndarray:
    """The last logits without each of these heads; shape (len(heads), n_vocab)."""
    model, d_head = loaded.model, loaded.shape.d_head

    def without(_module, inputs: tuple[torch.Tensor, ...]) -> tuple:
        z = inputs[0].clone()
        for row, head in zip(z, heads, strict=True):
            part = row[:, head * d_head : (head + 1) * d_head]
            part.copy_(_replacement(part, mode))
        return (z, *inputs[1:])

    blocks = model.transformer.h[layer:]
    hook = blocks[0].attn.c_proj.register_forward_pre_hook(without)
    try:
        stream = tensor(loaded, trace.resid[layer]).expand(len(heads), -1, -1)
        for block in blocks:
            stream = block(stream)  # without a mask transformers' fused attention is causal
        return frozen(model.lm_head(model.transformer.ln_f(stream[:, -1])))
    finally:
        hook.remove()
