"""Many learners on many replicas, by simulation of service times that were measured.

    python -m benchmarks.cluster_simulation

First the times of one engine are taken on this machine: reading a prompt of 64 tokens, what a page
asks for, a step of a batch. Then the loop of `core.engine.owner` is played with them, without a
model: between two steps the queue gets as long as a step takes, at least `TURN`. A learner reads
for 20 s on average, then opens a page (two times of three) or has 40 tokens written (one of three).
Replicas share learners by chance, as groups of prompts do.
"""

from __future__ import annotations

import argparse
import heapq
import time
from collections import deque
from collections.abc import Callable
from dataclasses import dataclass

import numpy as np

from benchmarks.measure import typical
from core.engine.engine import Engine
from core.engine.owner import TURN
from core.model.load import load_model
from core.sampling.settings import SamplingSettings
from core.views.logit_lens_frugal import logit_lens
from core.views.machine_of import machine as machine_of

#: Seconds of reading, on average; tokens of a text; share of texts; sequences of a batch; seconds
#: that are played, of which the first do not count; milliseconds that a cluster adds to an answer.
READING, TOKENS, TEXTS, BATCH, PLAYED, LEFT_OUT, WAY = 20.0, 40, 1 / 3, 32, 180.0, 60.0, 0.006


@dataclass(frozen=True)
class Times:
    """Seconds of one engine.

    Attributes
    ----------
    page : trace and views of a page at 64 tokens
    prompt : reading 64 tokens
    step, more : a step of one sequence, and what each further one adds
    """

    page: float
    prompt: float
    step: float
    more: float


def measured(engine: Engine) -> Times:
    """The times of an engine on this machine."""
    rng = np.random.default_rng(0)

    def fresh() -> tuple[int, ...]:
        return tuple(rng.integers(1000, 20000, 64).tolist())

    def page() -> None:
        trace = engine.trace(fresh())
        engine.view(machine_of, trace, 63)
        engine.view(logit_lens, trace, 0, 64, 10, ())

    def written(n: int) -> float:
        settings = SamplingSettings(top_k=50)
        runs = engine.generate_many(fresh(), settings, seeds=range(n), max_new_tokens=TOKENS)
        for run in runs:
            next(run)
        begin = time.perf_counter()
        for run in runs:
            for _step in run:
                pass
        return (time.perf_counter() - begin) / (TOKENS - 1)

    def quick(do: Callable[[], object]) -> float:
        took = []
        for _ in range(15):
            begin = time.perf_counter()
            do()
            took.append(time.perf_counter() - begin)
        return typical(took)

    one, many = (min(written(n) for _ in range(3)) for n in (1, BATCH))
    prompt = quick(lambda: engine.trace(fresh()))
    return Times(quick(page), prompt, one, max(0.0, many - one) / (BATCH - 1))


def first_tokens(learners: int, times: Times, rng: np.random.Generator) -> list[float]:
    """Seconds to the first token at one replica with so many learners."""
    asks = [(float(rng.exponential(READING)), n) for n in range(learners)]
    heapq.heapify(asks)
    queue: deque[tuple[float, int, bool]] = deque()
    running: list[tuple[int, int]] = []  # learner, tokens left
    now, waited = 0.0, list[float]()

    def read_on(learner: int) -> None:
        heapq.heappush(asks, (now + float(rng.exponential(READING)), learner))

    while now < PLAYED:
        if not queue and not running:
            now = max(now, asks[0][0])
        step = times.step + times.more * (len(running) - 1) if running else 0.0
        turn = now + max(step, TURN)
        while True:
            while asks and asks[0][0] <= now:
                at, learner = heapq.heappop(asks)
                queue.append((at, learner, bool(rng.random() < TEXTS)))
            if not queue or (queue[0][2] and len(running) >= BATCH) or (running and now >= turn):
                break
            at, learner, text = queue.popleft()
            now += times.prompt if text else times.page
            if text:
                running.append((learner, TOKENS))
                if at > LEFT_OUT:
                    waited.append(now - at + WAY)
            else:
                read_on(learner)
            if not running:
                break
        if running:
            now += times.step + times.more * (len(running) - 1)
            for learner, left in running:
                if left == 1:
                    read_on(learner)
            running = [(learner, left - 1) for learner, left in running if left > 1]
    return waited


def p95(learners: int, replicas: int, times: Times) -> float:
    """Seconds to the first token that one learner in twenty waits longer for."""
    rng = np.random.default_rng(learners * 1000 + replicas)
    shares = rng.multinomial(learners, [1 / replicas] * replicas)
    waited = [s for share in shares if share for s in first_tokens(int(share), times, rng)]
    return float(np.percentile(waited, 95)) if waited else float("nan")


def table(times: Times) -> None:
    """Learners against replicas."""
    many = (1, 2, 4, 8, 16, 32, 64)
    print(
        f"page {1e3 * times.page:.1f} ms, prompt {1e3 * times.prompt:.1f} ms, step of one"
        f" {1e3 * times.step:.1f} ms, of {BATCH} {1e3 * (times.step + 31 * times.more):.1f} ms"
    )
    print("p95 of the first token, s; - where it is over 10 s: the queue only grows")
    print("| learners |" + "".join(f" {n} |" for n in many))
    print("| --- |" + " --- |" * len(many))
    for learners in (30, 100, 300, 600, 1000, 3000):
        row = [p95(learners, replicas, times) for replicas in many]
        print(f"| {learners:,} |" + "".join(f" {s:.2f} |" if s < 10 else " - |" for s in row))
    busy = 2 / 3 * times.page + 1 / 3 * (
        times.prompt + TOKENS * (times.step + 31 * times.more) / BATCH
    )
    each = 0.7 * (READING + TOKENS * times.step / 3) / busy
    print(
        f"A replica that is busy 70 % of the time carries {each:,.0f} learners:"
        f" 100,000 want {100_000 / each:,.0f}"
    )


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--model", default="storyteller")
    asked = parser.parse_args()
    engine = Engine(load_model(asked.model))
    engine.measured.wait(120)
    times = measured(engine)
    engine.close()
    table(times)


if __name__ == "__main__":
    main()
