"""A stranger tries to hurt the server while three learners work; each attempt is timed.

The app runs as for the public, on the loopback address, without a proxy, and believes nobody
about who a client is. For each attempt: what became of it, how long it took, the 95th percentile
of the learners' answers before and while, and the server's memory. ``--crowd`` lets 200 learners
come within a minute instead.

``python -m benchmarks.stranger [--only WORD] [--crowd]``
"""

from __future__ import annotations

import argparse
import random
import statistics
import subprocess
import sys
import tempfile
import threading
import time
import urllib.error
import urllib.request
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from itertools import pairwise
from pathlib import Path

import psutil
from websockets.exceptions import ConnectionClosed, InvalidHandshake

from benchmarks.attempts import attempts
from benchmarks.measure import print_row, table
from benchmarks.visitor import ROOT, Visitor, serve

PUBLIC = {"GPT2_HOOD_MODE": "public", "FORWARDED_ALLOW_IPS": "192.0.2.1"}
#: Seconds until an attempt is over for the others, and of their work that is measured before the
#: next.
SETTLE, CALM = 1.0, 2.5
WORDS = ("king", "queen", "miller", "fox", "wolf", "girl", "boy", "giant", "witch", "prince")


class Learner(threading.Thread):
    """Opens the page of the attention again and again, another text each time."""

    def __init__(self, address: str, number: int) -> None:
        super().__init__(daemon=True)
        self.visitor, self.number = Visitor(address), number
        self.took: list[tuple[float, float]] = []  # when it began, how long it took
        self.problems: list[str] = []
        self.stop = threading.Event()

    def run(self) -> None:
        dice = random.Random(self.number)
        while not self.stop.wait(0.3):
            begin = time.monotonic()
            prompt = f"The {dice.choice(WORDS)} had {dice.randrange(1000)} sons and"
            try:
                self.visitor.open("attention", {"prompt": prompt}, patience=60)
                self.problems += self.visitor.errors()
            except Exception as error:  # counted and printed, never swallowed
                self.problems.append(repr(error))
                return
            self.took.append((begin, time.monotonic() - begin))

    def between(self, begin: float, end: float) -> Iterator[float]:
        yield from (took for at, took in self.took if begin <= at + took and at <= end)


@contextmanager
def working(address: str, n: int = 3) -> Iterator[list[Learner]]:
    """Learners at work until the end."""
    learners = [Learner(address, number) for number in range(n)]
    for learner in learners:
        learner.visitor.open("overview", {})
        learner.start()
    try:
        yield learners
    finally:
        for learner in learners:
            learner.stop.set()
        for learner in learners:
            learner.join(60)
            learner.visitor.close()


def p95(learners: list[Learner], begin: float, end: float) -> float:
    """Of the answers that were waited for between two moments, in seconds."""
    found = sorted(took for learner in learners for took in learner.between(begin, end))
    return found[min(len(found) - 1, int(0.95 * len(found)))] if found else float("nan")


def failures(log: Path) -> int:
    """Tracebacks in the server's log."""
    return log.read_text(errors="replace").count("Traceback")


def _elsewhere(name: str, address: str) -> tuple[str, float]:
    """What became of an attempt, and its seconds: in a process of its own."""
    command = [sys.executable, "-m", "benchmarks.attempts", name, address]
    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True)
    became, _, took = done.stdout.strip().rpartition("\t")
    return became or done.stderr[-200:], float(took or "nan")


def tries(only: str) -> None:
    head = ["attempt", "what became of it", "took", "others, p95 before", "while", "memory", "log"]
    table("A stranger beside three learners", head, [])
    with tempfile.TemporaryDirectory() as folder:
        log = Path(folder) / "log"
        with log.open("w") as out, serve(log=out, **PUBLIC) as (address, server):
            process = psutil.Process(server.pid)
            with working(address) as learners:
                time.sleep(2 * CALM)
                for name in attempts():
                    if only not in name:
                        continue
                    known = failures(log)
                    time.sleep(SETTLE)
                    calm = time.monotonic()
                    time.sleep(CALM)
                    begin = time.monotonic()
                    became, took = _elsewhere(name, address)
                    time.sleep(max(0.0, 1.5 - (time.monotonic() - begin)))
                    before = p95(learners, calm, begin)
                    during = p95(learners, begin, time.monotonic())
                    memory = f"{process.memory_info().rss / 2**20:,.0f} MiB"
                    found = failures(log) - known
                    print_row(
                        [name, became, f"{took:.1f} s", f"{before:.2f} s", f"{during:.2f} s",
                         memory, f"{found} failures" if found else ""]
                    )  # fmt: skip
                problems = [problem for learner in learners for problem in learner.problems]
                answers = sum(len(learner.took) for learner in learners)
                print(f"\nthe learners: {answers} answers, problems: {problems or 'none'}")
        _print_log(log)


def _print_log(log: Path) -> None:
    lines = log.read_text(errors="replace").splitlines()
    ends = Counter(
        line for before, line in pairwise(lines)
        if before.startswith("    ") and line and not line.startswith(" ")
    )  # fmt: skip
    for line, n in ends.most_common(10):
        print(f"log: {n} × {line[:150]}")


def come(address: str, number: int, seconds: float, seen: list[tuple[str, float]]) -> None:
    """One of a crowd: comes at a moment of its own, looks at two pages, stays until the end."""
    end = time.monotonic() + seconds + 20
    time.sleep(random.Random(number).random() * seconds)
    begin = time.monotonic()
    try:
        request = urllib.request.Request(f"http://{address}/", headers={"Accept": "text/html"})
        with urllib.request.urlopen(request, timeout=60) as page:
            page.read()
        visitor = Visitor(address)
    except urllib.error.HTTPError as error:
        word = "a word" if b"refresh" in error.read() else "no word"
        seen.append((f"waits, {error.code} with {word}", time.monotonic() - begin))
        return
    except (InvalidHandshake, OSError) as error:
        seen.append((f"refused, {type(error).__name__}", time.monotonic() - begin))
        return
    try:
        visitor.open("overview", {}, patience=120)
        seen.append(("let in", time.monotonic() - begin))
        time.sleep(5)
        again = time.monotonic()
        visitor.open("attention", {"prompt": f"The girl had {number} brothers"}, patience=120)
        seen.append(("went on", time.monotonic() - again))
        if problems := visitor.errors():
            seen.append((f"FAILED, {problems[0][:60]}", 0.0))
        time.sleep(max(0.0, end - time.monotonic()))
        visitor.close()
    except (ConnectionClosed, TimeoutError, OSError) as error:
        seen.append((f"FAILED, {type(error).__name__}", time.monotonic() - begin))


def crowd(n: int, seconds: float) -> None:
    """`n` learners within `seconds`, from one address as behind a school's wall."""
    with tempfile.TemporaryDirectory() as folder:
        log = Path(folder) / "log"
        wide = ("MAX_SESSIONS_PER_ADDRESS", "VISITS_PER_MINUTE")
        own = PUBLIC | {f"GPT2_HOOD_{name}": "1000" for name in wide}
        with log.open("w") as out, serve(log=out, **own) as (address, server):
            first = Visitor(address)
            first.open("overview", {})
            first.close()
            process = psutil.Process(server.pid)
            begin_memory = process.memory_info().rss
            seen: list[tuple[str, float]] = []
            come_in = [
                threading.Thread(target=come, args=(address, number, seconds, seen), daemon=True)
                for number in range(n)
            ]
            for one in come_in:
                one.start()
            most = 0
            while any(one.is_alive() for one in come_in):
                most = max(most, process.memory_info().rss)
                time.sleep(0.2)
            alive = server.poll() is None
            table(f"{n} learners within {seconds:.0f} s", ["what", "how many", "median", "p95"], [])
            for what in sorted({what for what, _took in seen}):
                times = sorted(took for which, took in seen if which == what)
                last = times[min(len(times) - 1, int(0.95 * len(times)))]
                middle = statistics.median(times)
                print_row([what, str(len(times)), f"{middle:.1f} s", f"{last:.1f} s"])
            print(
                f"\nmemory {begin_memory / 2**20:,.0f} MiB before, "
                f"{most / 2**20:,.0f} MiB at most; "
                f"server {'alive' if alive else 'DEAD'}; {failures(log)} failures in the log"
            )
        _print_log(log)


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--only", default="", help="attempts whose name holds this")
    parser.add_argument("--crowd", action="store_true")
    parser.add_argument("--learners", type=int, default=200)
    parser.add_argument("--seconds", type=float, default=60.0)
    chosen = parser.parse_args()
    if chosen.crowd:
        crowd(chosen.learners, chosen.seconds)
    else:
        tries(chosen.only)
