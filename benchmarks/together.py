"""A whole class clicks at once: how long each waits, and where the server's time goes.

Everybody opens the attention page at two heads and has 20 tokens written, all within a few
seconds, through the real app; each with a prompt of their own, or all with the same one
(``--same``). ``--spy FILE`` lets py-spy look at the server meanwhile and writes what it saw,
by function; with ``--gil`` only whoever holds Python's lock.

``python -m benchmarks.together [--learners 30] [--seconds 5] [--rounds 10] [--model storyteller]``
"""

from __future__ import annotations

import argparse
import subprocess
import time
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import numpy as np
import psutil

from benchmarks.class_ import Learner, source
from benchmarks.measure import print_row, table
from benchmarks.visitor import Visitor, serve

SAME = "Once upon a time there was a king. The king had three sons"
COLUMNS = [
    "round", "answered", "took", "first token, median / p95 / last",
    "attention page, median / p95 / last", "processor, server / learners", "memory", "problems",
]  # fmt: skip


def spread(times: list[float]) -> str:
    """Median, the time that 19 of 20 keep, and the last."""
    return " / ".join(f"{np.quantile(times, q):.2f}" for q in (0.5, 0.95, 1.0)) + " s"


def work_of(process: psutil.Process) -> float:
    """Processor seconds so far."""
    times = process.cpu_times()
    return times.user + times.system


@contextmanager
def spied(pid: int, into: str | None, gil: bool) -> Iterator[None]:
    """py-spy looks at a process a hundred times a second; what it saw is added to a file."""
    if into is None:
        yield
        return
    command = ["py-spy", "record", "-p", str(pid), "-d", "600", "-f", "raw", "-t", "-o", into]
    spy = subprocess.Popen(
        [*command, *(["--gil"] if gil else [])],
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
    )
    time.sleep(2.0)
    try:
        yield
    finally:
        spy.send_signal(2)
        spy.wait()
        summary(Path(into).read_text())


def summary(raw: str, rows: int = 40) -> None:
    """Where the samples lie: by thread, by our own innermost frame, by any frame."""
    threads, alone, within = Counter[str](), Counter[str](), Counter[str]()
    for line in raw.splitlines():
        stack, _space, n = line.rpartition(" ")
        frames = stack.split(";")
        threads[frames[0].split(":")[-1].strip(" '\"")[:24]] += int(n)
        alone[frames[-1]] += int(n)
        for frame in set(frames[1:]):
            within[frame.rsplit(":", 1)[0]] += int(n)
    total = sum(threads.values()) or 1
    for title, found in (("thread", threads), ("innermost", alone), ("anywhere", within)):
        shown = [[name, f"{100 * n / total:.1f} %"] for name, n in found.most_common(rows)]
        table(f"py-spy: {total} samples", [title, "share"], shown)


def round_of(
    visitors: list[Visitor], number: int, seconds: float, same: bool, model: str
) -> list[Learner]:
    """All learners once, at their own moments of these seconds."""
    learners = [
        Learner(visitor, n, number, seconds, model, SAME if same else None)
        for n, visitor in enumerate(visitors)
    ]
    for learner in learners:
        learner.start()
    for learner in learners:
        learner.join()
    return learners


def main(asked: argparse.Namespace) -> None:
    prompts = "the same prompt" if asked.same else "a prompt each"
    title = f"{asked.learners} learners within {asked.seconds:.0f} s; {asked.model}; {prompts}"
    settings = {"GPT2_HOOD_CACHE_MB": str(asked.cache_mb)}
    with (
        source(asked.model) as found,
        serve(**settings, GPT2_HOOD_DEFAULT_MODEL=found) as (address, server),
    ):
        process, me = psutil.Process(server.pid), psutil.Process()
        visitors = [Visitor(address) for _ in range(asked.learners)]
        for visitor in visitors:  # as browsers do: who says nothing for half a minute is sent away
            visitor.open("overview", {})
        time.sleep(asked.rest)  # and chosen its products
        table(title, COLUMNS, [])
        with spied(server.pid, asked.spy, asked.gil):
            for number in range(asked.rounds):
                begin, work, mine = time.perf_counter(), work_of(process), work_of(me)
                learners = round_of(visitors, number, asked.seconds, asked.same, found)
                problems = [learner.problem for learner in learners if learner.problem]
                print_row([
                    str(number + 1),
                    f"{asked.learners - len(problems)} of {asked.learners}",
                    f"{time.perf_counter() - begin:.0f} s",
                    spread([learner.first_token for learner in learners]),
                    spread([learner.page for learner in learners]),
                    f"{work_of(process) - work:.1f} / {work_of(me) - mine:.1f} s",
                    f"{process.memory_info().rss / 2**20:,.0f} MiB",
                    "; ".join(sorted(set(problems)))[:100],
                ])  # fmt: skip
        for visitor in visitors:
            visitor.close()


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--learners", type=int, default=30)
    parser.add_argument("--seconds", type=float, default=5.0)
    parser.add_argument("--rounds", type=int, default=10)
    parser.add_argument("--same", action="store_true", help="all with the same prompt")
    parser.add_argument("--model", default="storyteller", help='or "random", of small\'s shape')
    parser.add_argument("--cache-mb", type=int, default=128)
    parser.add_argument("--rest", type=float, default=12.0, help="seconds before the first round")
    parser.add_argument("--spy", help="a file for what py-spy sees of the server")
    parser.add_argument("--gil", action="store_true", help="py-spy: who holds Python's lock")
    main(parser.parse_args())
