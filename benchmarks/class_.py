"""Thirty learners on one server, through the real app on the loopback address.

Each changes the prompt, looks at two heads and has 20 tokens written, within a
minute; ten such rounds show whether memory stays flat. The model is one of GPT-2
small's shape with random weights, read from a folder as anybody's own checkpoint
is; the caches are kept small, so that they are full before the rounds are over.

``python -m benchmarks.class_ [--learners 30] [--rounds 10] [--model storyteller]``
"""

from __future__ import annotations

import argparse
import random
import tempfile
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager

import psutil

from benchmarks.measure import print_row, random_model, table
from benchmarks.visitor import Visitor, serve

MINUTE = 60.0
#: Seconds: what looks again more often than that waits for a text; the status panel does not.
WRITING = 1.0
NAMES = ("king", "queen", "miller", "fox", "wolf", "girl", "boy", "giant", "witch", "prince")


@contextmanager
def source(name: str) -> Iterator[str]:
    """What the server is to load: a name it knows, or a folder made for `random`."""
    if name != "random":
        yield name
        return
    with tempfile.TemporaryDirectory() as folder:
        made = random_model()
        made.model.save_pretrained(folder)
        made.tokenizer.save_pretrained(folder)
        del made
        yield folder


class Learner(threading.Thread):
    """One learner's minute with a model; `prompt` if all have the same one."""

    def __init__(
        self, visitor: Visitor, number: int, round_: int, pace: float, model: str,
        prompt: str | None = None,
    ) -> None:  # fmt: skip
        super().__init__(daemon=True)
        self.model, self.prompt = model, prompt
        self.visitor, self.number, self.round, self.pace = visitor, number, round_, pace
        self.first_token = self.page = float("nan")
        self.problem = ""

    def run(self) -> None:
        dice = random.Random(1000 * self.round + self.number)
        try:
            time.sleep(dice.random() * self.pace)
            name = dice.choice(NAMES)
            prompt = (
                self.prompt
                or f"Once upon a time there was a {name}. The {name} had {2 + self.number} sons"
            )
            # Without a model the app takes the address for one that it has not written itself, and
            # a session that is open already keeps the prompt that it had.
            query = {"model": self.model, "prompt": prompt, "length": "20", "temperature": "1.0"}
            slowest = 0.0
            for head in range(2):
                begin = time.perf_counter()
                layer = dice.randrange(6)
                about = {**query, "layer": str(layer), "head": str(head)}
                self.visitor.enter("attention_layer", layer)
                self.visitor.enter("attention_head", head)
                self.visitor.open("attention", about)
                slowest = max(slowest, time.perf_counter() - begin)
            self.visitor.open("sampling", query)
            begin = time.perf_counter()
            self.visitor.press("start_run")
            while not self._written() and time.perf_counter() - begin < MINUTE:
                time.sleep(0.05)
                self.visitor.poll()
            self.first_token = time.perf_counter() - begin
            while self.visitor.polls(WRITING) and time.perf_counter() - begin < 2 * MINUTE:
                time.sleep(0.05)
                self.visitor.poll()
            self.page = slowest
            self.problem = "; ".join(self.visitor.errors())
            if self.visitor.prompt != prompt:
                self.problem = f"another prompt: {self.visitor.prompt[:40]}"
            if self.visitor.polls(WRITING):
                self.problem = "the text did not end"
        except Exception as error:  # counted and printed, never swallowed
            self.problem = repr(error)

    def _written(self) -> bool:
        texts = self.visitor.shown.values()
        return not self.visitor.polls(WRITING) or any(
            text.startswith("Writing: ") and not text.startswith("Writing: 0 ") for text in texts
        )


def main(n_learners: int, rounds: int, pace: float, model: str, cache_mb: int) -> None:
    table(
        f"{n_learners} learners, spread over {pace:.0f} s; {model}; caches of {cache_mb} MiB",
        [
            "round",
            "answered",
            "took",
            "first token, median / last",
            "attention page, median / last",
            "memory",
            "problems",
        ],
        [],
    )
    settings = {"GPT2_HOOD_STATUS_PANEL": "1", "GPT2_HOOD_CACHE_MB": str(cache_mb)}
    with (
        source(model) as found,
        serve(**settings, GPT2_HOOD_DEFAULT_MODEL=found) as (address, server),
    ):
        process = psutil.Process(server.pid)
        visitors = [Visitor(address) for _ in range(n_learners)]
        for visitor in visitors:  # as browsers do: who says nothing for half a minute is sent away
            visitor.open("overview", {})
        for round_ in range(rounds):
            begin = time.perf_counter()
            learners = [Learner(v, n, round_, pace, found) for n, v in enumerate(visitors)]
            for learner in learners:
                learner.start()
            for learner in learners:
                learner.join()
            spent = time.perf_counter() - begin
            firsts = sorted(learner.first_token for learner in learners)
            pages = sorted(learner.page for learner in learners)
            problems = [learner.problem for learner in learners if learner.problem]
            print_row(
                [
                    str(round_ + 1),
                    f"{n_learners - len(problems)} of {n_learners}",
                    f"{spent:.0f} s",
                    f"{firsts[len(firsts) // 2]:.1f} / {firsts[-1]:.1f} s",
                    f"{pages[len(pages) // 2]:.1f} / {pages[-1]:.1f} s",
                    f"{process.memory_info().rss / 2**20:,.0f} MiB",
                    "; ".join(sorted(set(problems)))[:100],
                ]
            )
        for visitor in visitors:
            visitor.close()


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--learners", type=int, default=30)
    parser.add_argument("--rounds", type=int, default=10)
    parser.add_argument("--pace", type=float, default=40.0, help="seconds over which they come")
    parser.add_argument("--model", default="random", help="or a name that the app knows")
    parser.add_argument("--cache-mb", type=int, default=128)
    chosen = parser.parse_args()
    main(chosen.learners, chosen.rounds, chosen.pace, chosen.model, chosen.cache_mb)
