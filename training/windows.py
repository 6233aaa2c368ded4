"""The loss of each token of a text, read in windows that start anew."""

from __future__ import annotations

import numpy as np
import torch
import torch.nn.functional as F

from core.engine.engine import Engine


def window_losses(
    engine: Engine, ids: np.ndarray, length: int, limit: int, step: int | None = None
) -> tuple[np.ndarray, np.ndarray]:
    """Loss of each token in windows that start anew.

    Every window is preceded by its true predecessor token, so `length` targets
    have 1 to `length` tokens of context.

    Parameters
    ----------
    limit : no window starts behind so many tokens
    step : tokens between two starts; `length` if it is not given

    Returns
    -------
    losses : shape (n_windows, length), nats
    starts : shape (n_windows,), where each begins
    """

    def losses(loaded, row: tuple[int, ...]) -> np.ndarray:
        tensor = torch.tensor([row], device=loaded.device)
        logits = loaded.model(tensor[:, :-1]).logits[0].float()
        return F.cross_entropy(logits, tensor[0, 1:], reduction="none").cpu().numpy()

    starts = range(0, min(limit, len(ids) - length - 1), step or length)
    rows = [tuple(int(i) for i in ids[start : start + length + 1]) for start in starts]
    return np.array([engine.call(losses, row) for row in rows]), np.array(starts)
