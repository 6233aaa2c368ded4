"""A token beside programs that want the cores, too: one thread, all threads, the engine's choice.

The three take turns on a quiet machine, beside one program that only counts, and beside two. The
goals: the engine's choice beside one takes at most 1.5 times what one thread takes alone on the
quiet machine, beside two at most twice, and on the quiet machine at most 3 % more than all threads.

``python -m benchmarks.busy [--model storyteller] [--rounds 6] [--tokens 60]``
"""

from __future__ import annotations

import argparse
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager

import numpy as np
import torch

from benchmarks.measure import model_named, print_row, table
from core.engine.cores import Cores
from core.engine.engine import Engine
from core.sampling.settings import SamplingSettings

COUNTS = [sys.executable, "-c", "while True: pass"]
#: Threads that PyTorch takes by itself.
ALL = torch.get_num_threads()
DRAWN = SamplingSettings(temperature=1.0)
PROMPT = "Once upon a time there was a king who had a beautiful daughter. The king"
#: Seconds in which the engine sees that a program came or went, and some more.
SETTLE = 1.0


@contextmanager
def busy(n: int) -> Iterator[None]:
    """So many programs that only count."""
    others = [subprocess.Popen(COUNTS) for _number in range(n)]
    try:
        yield
    finally:
        for other in others:
            other.kill()
            other.wait()


def use(engine: Engine, threads: int | None, its_own: Cores) -> None:
    """Compute with so many threads whatever others do; None: as the engine chooses."""

    def change(_model: object) -> None:
        if threads is not None:
            engine.owner.cores = Cores(threads, threads, None, torch.set_num_threads)
        elif engine.owner.cores is not its_own:
            engine.owner.cores = its_own
            torch.set_num_threads(its_own.threads)

    engine.call(change)


def seconds_a_token(engine: Engine, tokens: int, seed: int) -> list[float]:
    """Each token's time but the first one's, which reads the prompt."""
    found, before = [], None
    for _step in engine.generate(PROMPT, DRAWN, seed=seed, max_new_tokens=tokens,
                                 stop_at_end_of_text=False):  # fmt: skip
        now = time.perf_counter()
        if before is not None:
            found.append(now - before)
        before = now
    return found


def trials(engine: Engine, rounds: int, tokens: int) -> dict[str, list[float]]:
    """Each way's times, in turns; the engine's choice gets a moment to see what there is."""
    ways: dict[str, int | None] = {"one thread": 1, "all threads": ALL, "the engine": None}
    times: dict[str, list[float]] = {name: [] for name in ways}
    its_own = engine.call(lambda _model: engine.owner.cores)
    assert its_own is not None
    for number in range(rounds):
        for name, threads in ways.items():
            use(engine, threads, its_own)
            end = time.perf_counter() + SETTLE
            while time.perf_counter() < end:
                seconds_a_token(engine, 8, number)
            times[name] += seconds_a_token(engine, tokens, number)
    return times  # the engine's choice came last, and stays


def main(model: str, rounds: int, tokens: int) -> None:
    engine = Engine(model_named(model), guesses=0)
    engine.measured.wait(60)
    head = ["others at work", "way", "ms a token, median / mean", "of one thread alone, mean"]
    table(f"{model}; {ALL} cores; {rounds} rounds of {tokens} tokens", head, [])
    alone = 0.0
    for others in range(3):
        with busy(others):
            found = trials(engine, rounds, tokens)
            for name, times in found.items():
                mean = float(np.mean(times))
                alone = alone or mean
                middle = float(np.median(times))
                print_row([str(others), name, f"{middle * 1e3:.1f} / {mean * 1e3:.1f}",
                           f"{mean / alone:.2f}"])  # fmt: skip
    engine.close()


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--model", default="storyteller", help='or "random", of small\'s shape')
    parser.add_argument("--rounds", type=int, default=6)
    parser.add_argument("--tokens", type=int, default=60)
    asked = parser.parse_args()
    main(asked.model, asked.rounds, asked.tokens)
