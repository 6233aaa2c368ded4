"""Shared by the benchmarks: a model of GPT-2-small's shape, interleaved trials, tables.

Machines are shared and their speed drifts, so trials of the things compared
take turns, and each is represented by the time that one trial in ten beats.
"""

from __future__ import annotations

import ctypes
import os
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TypeVar

import numpy as np
import torch
from transformers import GPT2Config, GPT2LMHeadModel

from core.model.load import load_model
from core.model.loaded import LoadedModel
from core.model.shape import Shape

T = TypeVar("T")


def random_model(
    config: GPT2Config | None = None, device: torch.device | None = None
) -> LoadedModel:
    """A model with random weights; GPT-2 small's shape on the processor if nothing is given."""
    config = config or GPT2Config()
    device = device or torch.device("cpu")
    torch.manual_seed(0)
    with device:  # made where it stays: XL's weights take half a minute on a processor
        model = GPT2LMHeadModel(config).eval().requires_grad_(False)
    model = model.to(device)
    tokenizer = load_model("storyteller").tokenizer
    shape = Shape.from_config(config.to_dict())
    n_bytes = sum(p.nbytes for p in model.parameters())
    return LoadedModel(
        "random", model, tokenizer, shape, (), "random", n_bytes, model.device, False
    )


def model_named(name: str) -> LoadedModel:
    """A model that the app knows by name, or `random_model` for "random"."""
    return random_model() if name == "random" else load_model(name)


def apart(make: Callable[[], T]) -> T:
    """Run something in a thread that then ends, and hand over its result.

    Every thread that computes keeps helpers of its own, and with more helpers
    than cores OpenMP lets all of them sleep between two products. In the app
    only the engine's thread computes; in a benchmark this leaves it alone, too.
    """
    found: list[T] = []
    thread = threading.Thread(target=lambda: found.append(make()))
    thread.start()
    thread.join()
    return found[0]


def some_ids(n: int, seed: int = 0) -> tuple[int, ...]:
    """Token ids, the same in every run."""
    return tuple(np.random.default_rng(seed).integers(0, 50_000, n).tolist())


def typical(times: list[float]) -> float:
    """The tenth percentile: what the machine does when nobody interrupts."""
    return float(np.quantile(times, 0.1))


def take_turns(rounds: int, **trials: Callable[[], list[float] | None]) -> dict[str, list[float]]:
    """Run trials in turn; a trial returns its own times or is timed as a whole."""
    times: dict[str, list[float]] = {name: [] for name in trials}
    for round_ in range(rounds + 1):
        for name, trial in trials.items():
            begin = time.perf_counter()
            own = trial()
            spent = [time.perf_counter() - begin] if own is None else own
            if round_:  # the first round warms up
                times[name].extend(spent)
    return times


def read_bandwidth(n_bytes: int = 400_000_000) -> Callable[[], None]:
    """A trial that reads so many bytes once, with all threads."""
    numbers = torch.ones(n_bytes // 4)
    return lambda: numbers.sum() and None


@contextmanager
def peak_memory() -> Iterator[list[float]]:
    """Resident memory above the start, in MiB, sampled every millisecond; the list's only entry."""
    ctypes.CDLL("libc.so.6").malloc_trim(0)
    page, done = os.sysconf("SC_PAGE_SIZE"), threading.Event()

    def resident() -> int:
        return int(Path("/proc/self/statm").read_text().split()[1]) * page

    start, top, found = resident(), [0], [0.0]

    def watch() -> None:
        while not done.is_set():
            top[0] = max(top[0], resident())
            done.wait(0.001)

    thread = threading.Thread(target=watch)
    thread.start()
    try:
        yield found
    finally:
        top[0] = max(top[0], resident())
        done.set()
        thread.join()
        found[0] = (top[0] - start) / 2**20


def table(title: str, head: list[str], rows: list[list[str]]) -> None:
    """Print a Markdown table."""
    print(f"\n{title}\n")
    print("| " + " | ".join(head) + " |")
    print("|" + " --- |" * len(head))
    for row in rows:
        print_row(row)


def print_row(row: list[str]) -> None:
    """One more row of the table printed last."""
    print("| " + " | ".join(row) + " |", flush=True)
