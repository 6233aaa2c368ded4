"""What a page costs the server: processor time of its loop, of scripts and of all else, in the app.

One learner opens pages one after the other, through the real app. A script's thread lives for one
run: what the process used and no thread that is still there has used was theirs. For a comparison
run it in two checkouts in turn; hosts change their speed by a half within minutes.

``python -m benchmarks.cost [--rounds 40] [--model storyteller]``
"""

from __future__ import annotations

import argparse
import time
from collections.abc import Callable

import psutil

from benchmarks.measure import print_row, table
from benchmarks.visitor import Visitor, serve

COLUMNS = ["page", "ms in all", "the server's loop", "scripts", "engine and others", "took", "kB"]
#: Opened before anything is counted: products are chosen, menus known.
WARM = 5


def used(process: psutil.Process) -> tuple[float, dict[int, float]]:
    """Processor seconds of a process so far, and of each of its threads."""
    times = process.cpu_times()
    return times.user + times.system, {
        thread.id: thread.user_time + thread.system_time for thread in process.threads()
    }


def cost(process: psutil.Process, rounds: int, act: Callable[[], None]) -> list[float]:
    """Milliseconds for each time: in all, loop, scripts, others, and how long it took."""
    for _time in range(WARM):
        act()
    before, old = used(process)
    begin = time.perf_counter()
    for _time in range(rounds):
        act()
    took = time.perf_counter() - begin
    after, new = used(process)
    lived = {thread: seconds - old.get(thread, 0.0) for thread, seconds in new.items()}
    loop = lived[process.pid]
    scripts = after - before - sum(lived.values())
    parts = [after - before, loop, scripts, sum(lived.values()) - loop, took]
    return [1e3 * seconds / rounds for seconds in parts]


class Reader:
    """A learner who opens pages.

    Attributes
    ----------
    n, looks : prompts, and looks at the attention page so far
    """

    def __init__(self, visitor: Visitor, model: str) -> None:
        self.visitor, self.model = visitor, model
        self.n = self.looks = 0

    def new(self) -> None:
        """Attention, with a prompt that nobody had."""
        self.n += 1
        self.same()

    def same(self) -> None:
        """Attention, with the prompt of before at another layer."""
        self.looks += 1
        layer = self.looks % 6
        self.visitor.enter("attention_layer", layer)
        self._open("attention", layer=str(layer))

    def sampling(self) -> None:
        """Sampling, with the prompt of before."""
        self._open("sampling")

    def _open(self, page: str, **more: str) -> None:
        prompt = f"Once upon a time there was a king. The king had {self.n} sons"
        self.visitor.open(page, {"model": self.model, "prompt": prompt, **more})


def main(rounds: int, model: str) -> None:
    with serve(GPT2_HOOD_DEFAULT_MODEL=model) as (address, server):
        visitor = Visitor(address)
        visitor.open("overview", {})
        time.sleep(10.0)  # products are chosen
        reader, process = Reader(visitor, model), psutil.Process(server.pid)
        table(f"What a page costs, {model}, {rounds} times", COLUMNS, [])
        for name, act in (
            ("attention, a new prompt", reader.new),
            ("attention, another layer", reader.same),
            ("sampling", reader.sampling),
        ):
            milliseconds = cost(process, rounds, act)
            print_row([name, *(f"{ms:.1f}" for ms in milliseconds), f"{visitor.n_bytes / 1e3:.0f}"])
        visitor.close()


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--rounds", type=int, default=40)
    parser.add_argument("--model", default="storyteller")
    chosen = parser.parse_args()
    main(chosen.rounds, chosen.model)
