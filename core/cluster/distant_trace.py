"""A trace whose residual stream stays where the model is."""

from __future__ import annotations

import threading
from collections.abc import Callable
from typing import Any

import numpy as np

from core.views.trace import Trace


class DistantTrace(Trace):
    """A `Trace` of a model elsewhere; `resid` comes when it is first asked for, as an export does.

    Views get the trace by its ids, so a page that only shows views never fetches it.

    Parameters
    ----------
    n_layer : of the model
    fetch : brings the residual stream
    """

    def __init__(
        self,
        model_key: str,
        token_ids: tuple[int, ...],
        pieces: tuple[str, ...],
        logits: np.ndarray,
        n_layer: int,
        fetch: Callable[[], np.ndarray],
    ) -> None:
        own: dict[str, Any] = {
            "model_key": model_key, "token_ids": token_ids, "pieces": pieces, "logits": logits,
            "_n_layer": n_layer, "_fetch": fetch, "_lock": threading.Lock(), "_resid": None,
        }  # fmt: skip
        for name, value in own.items():  # its base is frozen
            object.__setattr__(self, name, value)

    @property
    def resid(self) -> np.ndarray:  # type: ignore[override]
        with self._lock:  # type: ignore[attr-defined]
            if self._resid is None:  # type: ignore[attr-defined]
                object.__setattr__(self, "_resid", self._fetch())  # type: ignore[attr-defined]
        return self._resid  # type: ignore[attr-defined]

    @property
    def n_layer(self) -> int:
        return self._n_layer  # type: ignore[attr-defined]

    @property
    def n_ctx(self) -> int:
        return len(self.token_ids)
