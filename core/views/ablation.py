"""Switch parts of the model off for one call and see what the prediction loses.

The hooks live only as long as the call, and every call runs on the engine's own
thread: nobody else's session can come in between and feel them.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal

import numpy as np
import torch

from core.model.bounds import check_head, check_ids, check_layer
from core.views.trace import Trace, frozen

if TYPE_CHECKING:
    from core.model.loaded import LoadedModel

Mode = Literal["zero", "mean"]
MODES: tuple[Mode, ...] = ("zero", "mean")
BLOCKS = ("attn", "mlp")


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
    d_head = loaded.shape.d_head
    by_layer: dict[int, list[int]] = {}
    for layer, head in sorted(heads):
        by_layer.setdefault(layer, []).append(head)

    def without(cut: list[int]):
        def hook(_module, inputs: tuple[torch.Tensor, ...]) -> tuple[torch.Tensor, ...]:
            z = inputs[0].clone()
            for head in cut:
                part = slice(head * d_head, (head + 1) * d_head)
                z[..., part] = _replacement(z[..., part], mode)
            return (z, *inputs[1:])

        return hook

    def silent(_module, _inputs, output):
        # Attention returns (output, weights); the MLP a tensor.
        if isinstance(output, tuple):
            return (_replacement(output[0], mode), *output[1:])
        return _replacement(output, mode)

    handles = []
    try:
        for layer, cut in by_layer.items():
            c_proj = loaded.model.transformer.h[layer].attn.c_proj
            handles.append(c_proj.register_forward_pre_hook(without(cut)))
        for layer, name in sorted(blocks):
            part = getattr(loaded.model.transformer.h[layer], name)
            handles.append(part.register_forward_hook(silent))
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
        # Read-only, and so not for torch as it is.
        stream = torch.from_numpy(trace.resid[first].copy())[None].to(loaded.device, model.dtype)
        for block in body.h[first:]:
            stream = block(stream)  # without a mask transformers' fused attention is causal
        return frozen(model.lm_head(body.ln_f(stream[:, -1:]))[0, -1])


def ablated_layer(
    loaded: LoadedModel, text: tuple[int, ...] | Trace, layer: int, mode: Mode = "zero"
) -> np.ndarray:
    """The last logits with each head of one layer off alone; shape (n_head, n_vocab)."""
    return np.stack(
        [
            ablated_logits(loaded, text, frozenset({(layer, head)}), frozenset(), mode)
            for head in range(loaded.shape.n_head)
        ]
    )


@dataclass(frozen=True, eq=False)
class Change:
    """Next-token probabilities before and after.

    Attributes
    ----------
    token_ids : shape (n,); the tokens that gained or lost most, largest change first
    before, after : shape (n,), probabilities
    divergence : KL(before || after), in bits
    best_before, best_after : the most probable token of each
    """

    token_ids: np.ndarray
    before: np.ndarray
    after: np.ndarray
    divergence: float
    best_before: int
    best_after: int


def change_rows(found: Change, name_of: Callable[[int], str]) -> list[dict[str, object]]:
    """The tokens of a change as rows of a table."""
    return [
        {"id": int(i), "name": name_of(int(i)), "before": float(p), "after": float(q)}
        for i, p, q in zip(found.token_ids, found.before, found.after, strict=True)
    ]


def log_softmax(logits: np.ndarray) -> np.ndarray:
    """Logarithms of the probabilities along the last axis, in float64, nats."""
    shifted = logits.astype(np.float64) - logits.max(axis=-1, keepdims=True)
    return shifted - np.log(np.exp(shifted).sum(axis=-1, keepdims=True))


def softmax(logits: np.ndarray) -> np.ndarray:
    """Probabilities along the last axis, in float64."""
    return np.exp(log_softmax(logits))


def divergence(before: np.ndarray, after: np.ndarray) -> np.ndarray:
    """KL(before || after) in bits, from logits.

    Parameters
    ----------
    before : shape (n_vocab,), logits
    after : shape (..., n_vocab), logits

    Returns
    -------
    shape (...), >= 0

    References
    ----------
    Kullback & Leibler (1951), On Information and Sufficiency.
    """
    # From logarithms: a probability may be too small for a number, and 0 times log 0 is nothing.
    log_p = log_softmax(before)
    moved = np.exp(log_p) * (log_p - log_softmax(after))
    return np.maximum(moved.sum(axis=-1) / np.log(2.0), 0.0)


def change(before: np.ndarray, after: np.ndarray, top: int = 8) -> Change:
    """What switching off did to the prediction.

    Parameters
    ----------
    before, after : shape (n_vocab,), logits
    top : how many tokens to name; the best of each side is always among them
    """
    p, q = softmax(before), softmax(after)
    first = [int(p.argmax()), int(q.argmax())]
    order = np.lexsort((-p, -np.abs(q - p)))[:top]  # where nothing changes, the most probable
    named = list(dict.fromkeys([*first, *map(int, order)]))[:top]
    named.sort(key=lambda t: (-abs(q[t] - p[t]), -p[t]))
    chosen = np.array(named)
    return Change(chosen, p[chosen], q[chosen], float(divergence(before, after)), *first)


def layer_effects(
    loaded: LoadedModel, text: tuple[int, ...] | Trace, layer: int, mode: Mode = "zero"
) -> np.ndarray:
    """How far the prediction moves without each head of a layer alone.

    Returns
    -------
    shape (n_head,), KL(whole model || without) in bits
    """
    whole = ablated_logits(loaded, text)
    bits = divergence(whole, ablated_layer(loaded, text, layer, mode)).astype(np.float32)
    bits.flags.writeable = False
    return bits


@dataclass(frozen=True, eq=False)
class Effects:
    """What each head alone is worth to one prediction.

    Attributes
    ----------
    bits : shape (n_layer, n_head)
    layer, head : the one that matters most
    median : over all heads, bits
    """

    bits: np.ndarray
    layer: int
    head: int
    median: float


def effects_of(rows: list[np.ndarray]) -> Effects:
    """Put the layers together; one row of shape (n_head,) each."""
    bits = np.stack(rows)
    layer, head = np.unravel_index(int(bits.argmax()), bits.shape)
    return Effects(bits, int(layer), int(head), float(np.median(bits)))
