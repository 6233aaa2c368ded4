"""Does the model learn while one chats with it?"""

from __future__ import annotations

import numpy as np

from core.engine.backend import Backend
from core.model.loaded import LoadedModel
from core.questions import told
from core.questions.found import Found
from core.questions.reading import box, likeliest, named, token_of
from core.questions.registry import check
from core.questions.writing import written
from core.sampling.settings import SamplingSettings
from core.views.fingerprint import fingerprint_of, parameter_names, together
from core.views.softmax import softmax
from core.views.trace import capture

#: Tokens that are written between the two questions.
CHAT = 40
#: Hexadecimal digits of a fingerprint that are told.
DIGITS = 12


@check(
    "weights_unchanged",
    gives="choice",
    outcomes=("same", "changed"),
    numbers=(
        "token",
        "p_before",
        "p_after",
        "checksum",
        "checksum_after",
        "n_written",
        "n_weights",
    ),
    places=("token", "id"),
)
def weights_unchanged(engine: Backend, prompt: str, *, token: int | str | None = None) -> Found:
    """Whether the same question gets the same answer after the model has written a text.

    Both times the model really runs: nothing is taken from memory.

    Parameters
    ----------
    token : whose probability is asked; None for the most likely one
    """
    trace = engine.trace(prompt)
    asked = int(likeliest(trace.logits)[0]) if token is None else token_of(engine, token)
    before = _state(engine, trace.token_ids, asked)
    n = len(written(engine, trace.token_ids, CHAT, SamplingSettings(), seed=1))
    after = _state(engine, trace.token_ids, asked)
    sums = [state[1][:DIGITS] for state in (before, after)]
    return Found(
        right="same" if before == after else "changed",
        numbers={
            **named(engine, token=asked),
            **told.percents(p_before=before[0], p_after=after[0]),
            **told.texts(checksum=sums[0], checksum_after=sums[1]),
            **told.counts(n_written=n, n_weights=engine.shape.n_params),
        },
        places={"token": trace.n_ctx - 1, "id": asked},
        recipe=box(
            engine, "weights_unchanged", prompt=prompt, token=asked, n=n, digits=DIGITS,
            shown=[[before[0], after[0]], sums[0], sums[1]],
        ),
    )  # fmt: skip


def _state(engine: Backend, ids: tuple[int, ...], token: int) -> tuple[float, str]:
    """A token's probability by a run of now, and the fingerprint of the weights."""
    parts = [engine.call(fingerprint_of, name) for name in engine.view(parameter_names)]
    return engine.call(_probability, ids, token), together(parts)


def _probability(loaded: LoadedModel, ids: tuple[int, ...], token: int) -> float:
    return float(softmax(capture(loaded, ids)[1].astype(np.float64))[token])
