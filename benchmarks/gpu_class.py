"""A class on one device: thirty who write, one who stops, memory that runs out."""

from __future__ import annotations

import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING

import numpy as np
import torch

from benchmarks.measure import some_ids, table
from core.engine.engine import Engine
from core.errors import LearnerError
from core.model.loaded import LoadedModel
from core.sampling.settings import SamplingSettings

if TYPE_CHECKING:
    from benchmarks.gpu import Asked

DRAWN = SamplingSettings(temperature=1.0, top_k=50)
TOKENS = 20


@contextmanager
def engine_of(asked: Asked) -> Iterator[Engine]:
    """An engine over the first shape."""
    engine = Engine(asked.model(next(iter(asked.shapes))), cache_bytes=2**28)
    if asked.is_cuda:
        engine.measured.wait(60)
    try:
        yield engine
    finally:
        engine.close()
        engine.owner.thread.join(30)


class Writer(threading.Thread):
    """A learner who has some tokens written."""

    def __init__(self, engine: Engine, number: int) -> None:
        super().__init__(daemon=True)
        self.engine, self.number, self.at = engine, number, list[float]()

    def run(self) -> None:
        begin, ids = time.perf_counter(), some_ids(10 + self.number, self.number)
        steps = self.engine.generate(
            ids, DRAWN, seed=self.number, max_new_tokens=TOKENS, stop_at_end_of_text=False
        )
        self.at = [time.perf_counter() - begin for _step in steps]


def together(engine: Engine, n: int) -> list[Writer]:
    """So many at once; each until its last token."""
    writers = [Writer(engine, number) for number in range(n)]
    for writer in writers:
        writer.start()
    for writer in writers:
        writer.join(120)
    return writers


def thirty(asked: Asked) -> None:
    """One learner alone, then thirty at once; goal: within twice the time of one."""
    with engine_of(asked) as engine:
        together(engine, 1)
        alone = together(engine, 1)[0].at[-1]
        writers = together(engine, 30)
    if any(len(writer.at) != TOKENS for writer in writers):
        raise RuntimeError("a learner's text was lost")
    firsts = [writer.at[0] for writer in writers]
    last = max(writer.at[-1] for writer in writers)
    table(
        f"Thirty learners, {TOKENS} tokens each",
        ["one alone", "first token, median / last", "last token", "times one alone"],
        [[
            f"{1e3 * alone:.0f} ms",
            f"{1e3 * float(np.median(firsts)):.0f} / {1e3 * max(firsts):.0f} ms",
            f"{1e3 * last:.0f} ms",
            f"{last / alone:.2f}",
        ]],
    )  # fmt: skip


def stopped(asked: Asked) -> None:
    """A stream that is closed in the middle gives its keys and values back."""
    with engine_of(asked) as engine:
        steps = engine.generate(some_ids(16), DRAWN, max_new_tokens=500, stop_at_end_of_text=False)
        for _three in range(3):
            next(steps)
        held = engine.status().kv_bytes
        steps.close()  # type: ignore[attr-defined]
        for _try in range(3000):
            left = engine.status().kv_bytes
            if not left:
                break
            time.sleep(0.01)
        told = len(together(engine, 2)[1].at)
    table(
        "A stream that is stopped",
        ["keys and values held", "after it", "tokens of the next two"],
        [[f"{held:,} bytes", f"{left:,} bytes", f"{told} each"]],
    )
    if left or told != TOKENS:
        raise RuntimeError("the stream's memory was not given back")


def too_much(loaded: LoadedModel) -> torch.Tensor:
    """A view that asks for more than any machine has."""
    return torch.empty(2**46, device=loaded.device)


def out_of_memory(asked: Asked) -> None:
    """Memory runs out: whoever asked is told so, and the next one is answered."""
    with engine_of(asked) as engine:
        ids = some_ids(max(asked.sizes))
        before = engine.trace(ids).logits.copy()
        told = ""
        try:
            engine.call(too_much)
        except LearnerError as error:
            told = str(error)
        same = bool(np.allclose(engine.trace(ids).logits, before, atol=1e-4))
    table("Memory runs out", ["said", "the next answer is the same"], [[told, str(same)]])
    if not (told and same):
        raise RuntimeError("memory that ran out was not survived")
