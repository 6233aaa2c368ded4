"""One forward pass, kept small: the residual stream and the last logits.

Everything else that the pages show is a function of a `Trace` and a layer, and
is recomputed through the model's own modules when it is asked for.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import torch

from core.model.loaded import LoadedModel


def frozen(tensor: torch.Tensor) -> np.ndarray:
    """A read-only float32 NumPy copy of a tensor, on the processor."""
    # A frozen dataclass does not stop writes into a tensor; a read-only array does.
    here = tensor.device.type == "cpu" and tensor.dtype == torch.float32
    array = (tensor.detach() if here else tensor.detach().to("cpu", torch.float32)).numpy().copy()
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
