"""Thirty learners on one server, through the real app on the loopback address.

Each changes the prompt, looks at two heads and has 20 tokens written, within a
minute; ten such rounds show whether memory stays flat.

``python -m benchmarks.class_ [--learners 30] [--rounds 10]``
"""

from __future__ import annotations

import argparse
import random
import threading
import time

import psutil

from benchmarks.measure import print_row, table
from benchmarks.visitor import Visitor, serve

MINUTE = 60.0
NAMES = ("king", "queen", "miller", "fox", "wolf", "girl", "boy", "giant", "witch", "prince")


class Learner(threading.Thread):
    """One learner's minute."""

    def __init__(self, visitor: Visitor, number: int, round_: int, pace: float) -> None:
        super().__init__(daemon=True)
        self.visitor, self.number, self.round, self.pace = visitor, number, round_, pace
        self.first_token = self.page = float("nan")
        self.problem = ""

    def run(self) -> None:
        dice = random.Random(1000 * self.round + self.number)
        try:
            time.sleep(dice.random() * self.pace)
            name = dice.choice(NAMES)
            prompt = f"Once upon a time there was a {name}. The {name} had {2 + self.number} sons"
            query = {"prompt": prompt, "length": "20", "temperature": "1.0"}
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
                time.sleep(0.25)
                self.visitor.poll()
            self.first_token = time.perf_counter() - begin
            while self.visitor.polls and time.perf_counter() - begin < 2 * MINUTE:
                time.sleep(0.25)
                self.visitor.poll()
            self.page = slowest
            self.problem = "; ".join(self.visitor.errors())
            if self.visitor.polls:
                self.problem = "the text did not end"
        except Exception as error:  # counted and printed, never swallowed
            self.problem = repr(error)

    def _written(self) -> bool:
        texts = self.visitor.shown.values()
        return not self.visitor.polls or any(
            text.startswith("Writing: ") and not text.startswith("Writing: 0 ") for text in texts
        )


def main(n_learners: int, rounds: int, pace: float) -> None:
    table(
        f"{n_learners} learners, spread over {pace:.0f} s",
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
    with serve(GPT2_HOOD_STATUS_PANEL="1") as (address, server):
        process = psutil.Process(server.pid)
        visitors = [Visitor(address) for _ in range(n_learners)]
        visitors[0].open("overview", {})  # the server has started
        for round_ in range(rounds):
            begin = time.perf_counter()
            learners = [Learner(v, n, round_, pace) for n, v in enumerate(visitors)]
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
    chosen = parser.parse_args()
    main(chosen.learners, chosen.rounds, chosen.pace)
