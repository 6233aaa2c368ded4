"""The one forward pass behind a choice."""

from __future__ import annotations

import numpy as np
import torch

from core.model.bounds import check_ids
from core.model.loaded import LoadedModel
from core.views.trace import frozen


def next_logits(loaded: LoadedModel, token_ids: tuple[int, ...]) -> np.ndarray:
    """The model's scores for the token that follows; shape (n_vocab,), read-only.

    Raises
    ------
    EmptyPrompt, TooManyTokens
    """
    check_ids(token_ids, loaded.shape.n_ctx, loaded.shape.n_vocab)
    ids = torch.tensor([token_ids], device=loaded.device)
    return frozen(loaded.model(input_ids=ids, use_cache=False, logits_to_keep=1).logits[0, -1])
