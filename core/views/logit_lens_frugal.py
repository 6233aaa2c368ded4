"""The logit lens of `core.views.logit_lens`, a few rows of logits at a time.

All logits of a 1,024-token text would be 2.7 GB for GPT-2 small. Here a few rows
of the stream meet the vocabulary, only the top and the watched tokens are kept,
and the logits are let go: memory does not grow with layers x vocabulary.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import torch

from core.model.bounds import check_position
from core.views.arrays import integers, tensor
from core.views.logit_lens import LogitLens, lens_logits
from core.views.top_k import top_k
from core.views.trace import Trace, frozen

if TYPE_CHECKING:
    from core.model.loaded import LoadedModel

#: Rows of the residual stream that meet the head at once: 64 rows of GPT-2's logits are 13 MB.
LENS_ROWS = 64
#: Of these, so many at once are read for probabilities: 3 MB stay in the processor's cache.
READ_ROWS = 16


def logit_lens(
    loaded: LoadedModel,
    trace: Trace,
    start: int = 0,
    stop: int | None = None,
    top: int = 10,
    watched: tuple[int, ...] = (),
) -> LogitLens:
    """Read every layer of a window of tokens through `ln_f` and the head.

    Parameters
    ----------
    start, stop : window of positions, `stop` excluded; None means the end
    top : how many tokens to keep at each place
    watched : token ids to follow whatever their rank

    Raises
    ------
    OutOfRange
        If the window is empty or outside the text.
    ValueError
        If a watched id is outside the vocabulary.
    """
    stop = trace.n_ctx if stop is None else stop
    _check(start, stop, trace.n_ctx)
    if any(not 0 <= i < loaded.shape.n_vocab for i in watched):
        raise ValueError(f"watched ids must lie in [0, {loaded.shape.n_vocab})")
    window = trace.resid[:, start:stop]
    read = _all_rows(loaded, window.reshape(-1, window.shape[-1]), top, watched)
    ids, probs, entropy, followed, ranks = (part.unflatten(0, window.shape[:2]) for part in read)
    return LogitLens(
        start,
        integers(ids),
        frozen(probs),
        frozen(entropy),
        tuple(watched),
        frozen(followed),
        integers(ranks),
    )


def _check(start: int, stop: int, n_ctx: int) -> None:
    check_position(start, n_ctx)
    check_position(stop - 1, n_ctx)
    check_position(start, stop)


def _all_rows(
    loaded: LoadedModel, rows: np.ndarray, top: int, watched: tuple[int, ...]
) -> tuple[torch.Tensor, ...]:
    """`_read` of many rows of the stream, shape (n_rows, n_embd)."""
    n_rows, kept = len(rows), min(top, loaded.shape.n_vocab)
    follow = torch.tensor(watched, dtype=torch.long, device=loaded.device)
    # Made before the first logits: small results kept between large blocks that are freed would
    # tear holes that the next block does not fit into, and memory would grow after all.
    ids, ranks = (torch.empty(n_rows, n, dtype=torch.int32) for n in (kept, len(watched)))
    probs, followed = (torch.empty(n_rows, n) for n in (kept, len(watched)))
    results = (ids, probs, torch.empty(n_rows), followed, ranks)
    for first in range(0, n_rows, LENS_ROWS):
        logits = lens_logits(loaded, tensor(loaded, rows[first : first + LENS_ROWS]))
        for at in range(0, len(logits), READ_ROWS):
            read = _read(logits[at : at + READ_ROWS], follow, top)
            place = slice(first + at, first + at + len(read[0]))
            for result, part in zip(results, read, strict=True):
                result[place] = part
    return results


def _read(logits: torch.Tensor, follow: torch.Tensor, top: int) -> tuple[torch.Tensor, ...]:
    """Top ids, their probabilities, entropy, followed probabilities and ranks of a few rows.

    Overwrites the logits, shape (n_rows, n_vocab).
    """
    values, ids = top_k(logits, top)
    followed = logits[:, follow]
    ranks = [torch.count_nonzero(logits > followed[:, i, None], -1) + 1 for i in range(len(follow))]
    # One pass of exp serves the probabilities and the entropy. Logits are taken below the
    # largest one: as they come they may lie in the hundreds, and digits would be lost.
    best = values[:, :1]
    logits -= best
    weights = logits.exp()
    total = weights.sum(-1, keepdim=True)
    mean_logit = torch.linalg.vecdot(weights, logits)[:, None] / total
    return (
        ids,
        (values - best).exp() / total,
        (total.log() - mean_logit)[:, 0] / np.log(2),
        (followed - best).exp() / total,
        torch.stack(ranks, -1) if len(follow) else followed.long(),
    )
