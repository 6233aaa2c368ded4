"""The machine's picture of a text, read from a trace; what it holds is in `core.views.machine`."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from core.model.bounds import check_position
from core.tokens.label import labels
from core.tokens.vocabulary import token_bytes, token_label
from core.views.arrays import read_only
from core.views.glance import glance
from core.views.logit_lens_frugal import logit_lens
from core.views.machine import TOP, Answer, Machine, bins_of, pooled, rows_of, strongest
from core.views.trace import Trace

if TYPE_CHECKING:
    from core.model.loaded import LoadedModel


def machine(loaded: LoadedModel, trace: Trace, at: int) -> Machine:
    """A text on its way through the model, as one of its tokens sees it.

    Parameters
    ----------
    at : position of the chosen token

    Raises
    ------
    OutOfRange
        If the text has no such token.
    """
    check_position(at, trace.n_ctx)
    shape = loaded.shape
    looks = tuple(strongest(glance(loaded, trace, i, at)) for i in range(shape.n_layer))
    rows = rows_of(trace.n_ctx, at, looks)
    edges = bins_of(shape.n_layer, shape.n_embd)
    lens = logit_lens(loaded, trace, at, at + 1, TOP)
    ids, probs = lens.top_ids[:, 0], lens.top_probs[:, 0]
    return Machine(
        n_ctx=trace.n_ctx,
        at=at,
        positions=rows,
        ids=tuple(trace.token_ids[i] for i in rows),
        labels=_labels(loaded, trace, rows),
        n_embd=shape.n_embd,
        n_head=shape.n_head,
        n_vocab=shape.n_vocab,
        strips=read_only(pooled(trace.resid[:, list(rows)], edges)),
        edges=read_only(edges, np.uint16),
        norms=tuple(np.linalg.norm(trace.resid[:, at], axis=-1).tolist()),
        looks=looks,
        answers=_answers(loaded, ids[:, 0], probs[:, 0]),
        best=_answers(loaded, ids[-1], probs[-1]),
    )


def _labels(loaded: LoadedModel, trace: Trace, rows: tuple[int, ...]) -> tuple[str, ...]:
    shown = labels([token_bytes(loaded.tokenizer, i) for i in trace.token_ids])
    return tuple(shown[i] for i in rows)


def _answers(loaded: LoadedModel, ids: np.ndarray, probs: np.ndarray) -> tuple[Answer, ...]:
    pairs = zip(ids.tolist(), probs.tolist(), strict=True)
    return tuple(Answer(i, token_label(loaded.tokenizer, i), p) for i, p in pairs)


def machine_rows(made: Machine) -> list[dict[str, object]]:
    """Every number of the picture, as rows of a table."""
    edges = made.edges.tolist()
    return [
        {
            "stage": "embedding" if stage == 0 else f"L{stage - 1}",
            "position": position,
            "token": made.labels[row],
            "first_dimension": edges[i],
            "last_dimension": edges[i + 1] - 1,
            "mean": float(made.strips[stage, row, i]),
        }
        for stage in range(made.n_layer + 1)
        for row, position in enumerate(made.positions)
        for i in range(len(edges) - 1)
    ]
