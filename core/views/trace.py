"""One forward pass, kept small: the residual stream and the last logits.

Everything else that the pages show is a function of a `Trace` and a layer, and
is recomputed through the model's own modules when it is asked for.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
import torch

from core.errors import EmptyPrompt, OutOfRange, TooManyTokens
from core.language import _

if TYPE_CHECKING:
    from core.model.load import LoadedModel


def frozen(tensor: torch.Tensor) -> np.ndarray:
    """A read-only float32 NumPy copy of a tensor, on the processor."""
    # A frozen dataclass does not stop writes into a tensor; a read-only array does.
    array = tensor.detach().to("cpu", torch.float32).numpy().copy()
    array.flags.writeable = False
    return array


@dataclass(frozen=True, eq=False)
class Trace:
    """What one forward pass leaves behind.

    Attributes
    ----------
    model_key : which model spoke
    token_ids : length n_ctx
    pieces : length n_ctx; each token as text, invalid UTF-8 as bytes in hex
    resid : shape (n_layer + 1, n_ctx, n_embd), float32, read-only
        The residual stream entering each block; the last entry leaves the last
        block and is *before* `ln_f` (transformers' `hidden_states[-1]` is after).
    logits : shape (n_vocab,), float32, read-only
        At the last position.
    """

    model_key: str
    token_ids: tuple[int, ...]
    pieces: tuple[str, ...]
    resid: np.ndarray
    logits: np.ndarray

    @property
    def n_layer(self) -> int:
        return self.resid.shape[0] - 1

    @property
    def n_ctx(self) -> int:
        """Number of tokens in this trace (not the model's limit)."""
        return self.resid.shape[1]


def check_ids(token_ids: tuple[int, ...], n_ctx: int, n_vocab: int) -> None:
    """Refuse ids that the model cannot read.

    Raises
    ------
    EmptyPrompt, TooManyTokens
        For learners.
    ValueError
        If an id is outside the vocabulary.
    """
    if not token_ids:
        raise EmptyPrompt()
    if len(token_ids) > n_ctx:
        raise TooManyTokens(len(token_ids), n_ctx)
    if min(token_ids) < 0 or max(token_ids) >= n_vocab:
        raise ValueError(f"token ids must lie in [0, {n_vocab})")


def _check_range(index: int, n: int, problem: str) -> None:
    """Refuse an index outside [0, n); `problem` may name {index} and {last}."""
    if not 0 <= index < n:
        raise OutOfRange(problem.format(index=index, last=n - 1), _("Choose one of them."))


def check_layer(layer: int, n_layer: int) -> None:
    """Refuse a layer that the model does not have.

    Raises
    ------
    OutOfRange
    """
    _check_range(layer, n_layer, _("There is no layer {index}: this model has layers 0 to {last}."))


def check_head(head: int, n_head: int) -> None:
    """Refuse a head that the model does not have.

    Raises
    ------
    OutOfRange
    """
    _check_range(
        head, n_head, _("There is no head {index}: each layer of this model has heads 0 to {last}.")
    )


def check_position(position: int, n_ctx: int) -> None:
    """Refuse a token that the text does not have.

    Raises
    ------
    OutOfRange
    """
    _check_range(position, n_ctx, _("There is no token {index}: this text has tokens 0 to {last}."))


def capture(loaded: LoadedModel, token_ids: tuple[int, ...]) -> tuple[np.ndarray, np.ndarray]:
    """Run the model once; keep the residual stream and the last logits.

    Returns
    -------
    resid : shape (n_layer + 1, n_ctx, n_embd)
    logits : shape (n_vocab,)
    """
    model = loaded.model
    kept: list[np.ndarray] = []

    def keep(_module, inputs: tuple[torch.Tensor, ...]) -> None:
        kept.append(frozen(inputs[0][0]))

    watched = [*model.transformer.h, model.transformer.ln_f]
    handles = [module.register_forward_pre_hook(keep) for module in watched]
    try:
        ids = torch.tensor([token_ids], device=loaded.device)
        out = model(input_ids=ids, use_cache=False, logits_to_keep=1)
    finally:
        for handle in handles:
            handle.remove()
    resid = np.stack(kept)
    resid.flags.writeable = False
    return resid, frozen(out.logits[0, -1])
