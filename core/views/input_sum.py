"""What enters the first block: the token's row of `wte` plus the position's row of `wpe`."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import torch

from core.errors import OutOfRange
from core.language import _
from core.model.loaded import LoadedModel
from core.numbers import count
from core.views.trace import frozen
from core.views.wte import check_ids


@dataclass(frozen=True, eq=False)
class InputSum:
    """The vectors that enter the first block, and what they are made of.

    Attributes
    ----------
    wte, wpe, total : shape (n_ctx, n_embd); ``total = wte + wpe``
    largest : largest absolute value in the three
    """

    wte: np.ndarray
    wpe: np.ndarray
    total: np.ndarray
    largest: float


def input_sum(loaded: LoadedModel, ids: tuple[int, ...], start: int = 0) -> InputSum:
    """Token rows, position rows and their sum.

    Parameters
    ----------
    ids : tokens
    start : position of the first one

    Raises
    ------
    OutOfRange
        If an id or a position does not exist.

    References
    ----------
    Radford et al. (2018), Improving Language Understanding by Generative Pre-Training,
    equation 2: h_0 = U W_e + W_p.
    """
    check_ids(loaded, ids)
    if start < 0 or start + len(ids) > loaded.shape.n_ctx:
        raise OutOfRange(
            _("There is no such position: this model has positions 0 to {last}.").format(
                last=count(loaded.shape.n_ctx - 1)
            ),
            _("Choose one of them."),
        )
    transformer = loaded.model.transformer
    tokens = transformer.wte(torch.tensor(ids, device=loaded.device))
    at = torch.arange(start, start + len(ids), device=loaded.device)
    positions = transformer.wpe(at).to(tokens.device)
    total = tokens + positions  # in the model's own type, as the model adds them
    parts = [frozen(t) for t in (tokens, positions, total)]
    return InputSum(*parts, largest=float(max(np.abs(p).max() for p in parts)))


def lengths(found: InputSum, row: int) -> tuple[float, float, float]:
    """Lengths of one token's row, its position's row and their sum."""
    first, second, third = (
        float(np.linalg.norm(m[row])) for m in (found.wte, found.wpe, found.total)
    )
    return first, second, third


def window(n: int, at: int, size: int) -> range:
    """At most `size` of `n` indices, with `at` in their middle where there is room."""
    start = max(0, min(at - size // 2, n - size))
    return range(start, min(n, start + size))
