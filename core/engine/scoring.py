"""How surprised the model is by a text of any length."""

from __future__ import annotations

from collections.abc import Iterator

from core.engine.backend import Backend
from core.sampling.surprise import Scores, score_window, windows


def score(engine: Backend, token_ids: tuple[int, ...]) -> Iterator[Scores]:
    """A text of any length, scored window by window; shorter than two tokens yields nothing."""
    for window in windows(len(token_ids), engine.shape.n_ctx):
        ids = token_ids[window.start : window.end]
        yield engine.view(score_window, ids, window.first - window.start)
