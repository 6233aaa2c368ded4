"""A class in a room: how soon a vote and the teacher's page are seen, what the room costs.

A server with thirty sessions open, a teacher and thirty learners who ask for the room's state once
a second, as browsers do. Votes, reveals and new places follow each other for some minutes; then
two hundred members vote as fast as they may. The answers are counted against what was sent.

``python -m benchmarks.room [--learners 30] [--minutes 3] [--times 2]``
"""

from __future__ import annotations

import argparse
import http.client
import json
import random
import threading
import time
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

import numpy as np
import psutil

from benchmarks.measure import table
from benchmarks.visitor import Visitor, serve
from core.room.limits import MEMBERS

EVERY = 1.0
#: Seconds that a connection is used again; the server closes one that says nothing for five.
STAYS = 3.0
OPTIONS = ["yes", "no", "perhaps"]


class Person:
    """Somebody in the room, over one connection that stays."""

    def __init__(self, address: str, code: str, secret: str | None = None) -> None:
        self.connection = http.client.HTTPConnection(address, timeout=30)
        self.code, self.secret, self.used = code, secret or "", 0.0
        if secret is None:
            self.secret = self.send("join", {})["secret"]
        self.seen, self.state = -1, {}

    def send(self, what: str, body: dict[str, Any]) -> dict[str, Any]:
        return self._ask("POST", what, json.dumps(body))

    def look(self) -> dict[str, Any]:
        found = self._ask("GET", f"state?seen={self.seen}", None)
        self.state |= found
        self.seen = found["version"]
        return self.state

    def teach(self, deed: str, **about: Any) -> Any:
        return self.send("teach", {"deed": deed, **about})["done"]

    def _ask(self, method: str, what: str, body: str | None) -> dict[str, Any]:
        head = {"X-Room-Secret": self.secret, "Content-Type": "application/json"}
        if time.monotonic() - self.used > STAYS:  # the server has closed it, or is about to
            self.connection.close()
        self.used = time.monotonic()
        self.connection.request(method, f"/room/{self.code}/{what}", body, head)
        answer = self.connection.getresponse()
        found = json.loads(answer.read())
        if answer.status != 200:
            raise RuntimeError(f"{answer.status}: {found}")
        return found


class Looker(threading.Thread):
    """Looks once a second until it is told to end; `on` gets every state."""

    def __init__(self, person: Person, on: Callable[[Person], None]) -> None:
        super().__init__(daemon=True)
        self.person, self.on, self.problem = person, on, ""
        self.done = threading.Event()

    def run(self) -> None:
        time.sleep(random.random() * EVERY)
        while not self.done.is_set():
            try:
                self.person.look()
                self.on(self.person)
            except Exception as error:  # counted and printed, never swallowed
                self.problem = repr(error)
                return
            self.done.wait(EVERY * random.uniform(0.95, 1.05))


class Lesson:
    """Questions and places in turn, and when each was seen."""

    def __init__(self, address: str, code: str, key: str, n_learners: int) -> None:
        self.teacher = Person(address, code, key)
        self.hand = Person(address, code, key)  # what the teacher clicks
        self.learners = [Person(address, code) for _one in range(n_learners)]
        self.sent_vote: dict[int, float] = {}
        self.sent_place: dict[str, float] = {}
        self.votes: list[float] = []
        self.places: list[float] = []
        self.went: set[tuple[int, str]] = set()
        self.answered = 0
        self.lock = threading.Lock()

    def of_teacher(self, person: Person) -> None:
        now, n = time.perf_counter(), person.state["answered"]
        with self.lock:
            for i in range(self.answered, n):
                if i + 1 in self.sent_vote:
                    self.votes.append(now - self.sent_vote[i + 1])
            self.answered = n

    def of_learner(self, person: Person) -> None:
        place = (person.state.get("lead") or {}).get("place", "")
        now, mark = time.perf_counter(), (id(person), place)
        with self.lock:
            if place in self.sent_place and mark not in self.went:
                self.went.add(mark)
                self.places.append(now - self.sent_place[place])

    def question(self, dice: random.Random) -> bool:
        """Ask, let all vote at their times, reveal; whether every vote was counted once."""
        number = self.hand.teach("ask", kind="choice", text="?", options=OPTIONS)
        with self.lock:
            self.answered = 0
            self.sent_vote.clear()
        given: Counter[int] = Counter()
        for n, learner in enumerate(self.learners, 1):
            time.sleep(dice.uniform(0.0, 0.2))
            answer = dice.randrange(len(OPTIONS))
            given[answer] += 1
            with self.lock:
                self.sent_vote[n] = time.perf_counter()
            learner.send("vote", {"question": number, "answer": answer})
        time.sleep(2 * EVERY)
        self.hand.teach("next", question=number, to="reveal")
        rows = self.hand.look()["result"]["rows"]
        self.hand.teach("clear")
        return [row["votes"][0] for row in rows] == [given[i] for i in range(len(OPTIONS))]

    def lead(self, number: int) -> None:
        place = f"attention?layer={number % 6}&head={number}"
        with self.lock:
            self.sent_place[place] = time.perf_counter()
        self.hand.teach("lead", on=True, place=place)
        time.sleep(3 * EVERY)


@contextmanager
def looking(lesson: Lesson) -> Iterator[list[Looker]]:
    lookers = [Looker(lesson.teacher, lesson.of_teacher)]
    lookers += [Looker(learner_of(one), lesson.of_learner) for one in lesson.learners]
    for looker in lookers:
        looker.start()
    try:
        yield lookers
    finally:
        for looker in lookers:
            looker.done.set()
        for looker in lookers:
            looker.join()


def learner_of(person: Person) -> Person:
    """The same member over a second connection: one looks, the other votes."""
    return Person(person.connection.host + f":{person.connection.port}", person.code, person.secret)


def cpu_of(process: psutil.Process, seconds: float) -> float:
    """The share of one core that a process takes."""
    before = process.cpu_times()
    time.sleep(seconds)
    after = process.cpu_times()
    return (after.user + after.system - before.user - before.system) / seconds


def play(lesson: Lesson, minutes: float) -> tuple[bool, list[str]]:
    """Questions and places for some minutes: whether all was counted, and what went wrong."""
    dice, end, number, counted = random.Random(1), time.monotonic() + 60 * minutes, 0, True
    with looking(lesson) as lookers:
        while time.monotonic() < end:
            counted &= lesson.question(dice)
            number += 1
            lesson.lead(number)
    return counted, [looker.problem for looker in lookers if looker.problem]


def crowd(address: str, code: str, key: str, rounds: int = 5) -> str:
    """As many members as a room takes, all votes at once, some rounds."""
    teacher = Person(address, code, key)
    members = [Person(address, code) for _one in range(MEMBERS)]
    wrong = 0
    for round_ in range(rounds):
        number = teacher.teach("ask", kind="choice", text="?", options=OPTIONS)
        threads = [
            threading.Thread(target=m.send, args=("vote", {"question": number, "answer": i % 3}))
            for i, m in enumerate(members)
        ]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        teacher.teach("next", question=number, to="reveal")
        rows = teacher.look()["result"]["rows"]
        wrong += [row["votes"][0] for row in rows] != [len(range(i, MEMBERS, 3)) for i in range(3)]
        time.sleep(1.0 if round_ + 1 < rounds else 0.0)
    return f"{MEMBERS} members, {rounds} rounds of votes at once: {wrong} rounds miscounted"


def flood(address: str, code: str, n_threads: int = 64, seconds: int = 6) -> str:
    """One member who asks as fast as it can, and what another one feels of it."""
    mad, calm = Person(address, code), Person(address, code)
    done, codes = threading.Event(), Counter[int]()

    def ask() -> None:
        connection = http.client.HTTPConnection(address, timeout=30)
        while not done.is_set():
            connection.request("GET", f"/room/{code}/state", headers={"X-Room-Secret": mad.secret})
            answer = connection.getresponse()
            answer.read()
            codes[answer.status] += 1

    threads = [threading.Thread(target=ask) for _one in range(n_threads)]
    for thread in threads:
        thread.start()
    waits = []
    for _second in range(seconds):
        time.sleep(EVERY)
        begin = time.perf_counter()
        calm.look()
        waits.append(1000 * (time.perf_counter() - begin))
    done.set()
    for thread in threads:
        thread.join()
    return (
        f"{codes.total() / seconds:,.0f} requests a second of one member: {codes[200]} answered,"
        f" {codes[429]:,} refused; another one waited {np.median(waits):.1f} ms (median),"
        f" {max(waits):.0f} ms (longest)"
    )


def open_room(visitor: Visitor) -> tuple[str, str]:
    """The code and the key of a room that a session opened, as its page shows them."""
    visitor.open("room", {})
    visitor.press("room_open")
    link = next(text for text in visitor.shown.values() if "&lead=" in text)
    asked = dict(part.split("=", 1) for part in link.split("?", 1)[1].split("&"))
    return asked["room"], asked["lead"].strip()


def main(n_learners: int, minutes: float, times: int) -> None:
    with serve() as (address, server):
        process = psutil.Process(server.pid)
        visitors = [Visitor(address) for _one in range(n_learners + 1)]
        for visitor in visitors:
            visitor.open("tokenizer", {})
        time.sleep(15)  # what a new page still does by itself has ended
        idle = cpu_of(process, 10)
        rows = []
        for time_ in range(times):
            lesson = Lesson(address, *open_room(visitors[0]), n_learners)
            with looking(lesson):
                looked = cpu_of(process, 10)
            begin = process.cpu_times()
            began = time.monotonic()
            counted, problems = play(lesson, minutes)
            spent = time.monotonic() - began
            end = process.cpu_times()
            busy = (end.user + end.system - begin.user - begin.system) / spent
            rows.append(
                [
                    str(time_ + 1),
                    *(" / ".join(f"{np.quantile(t, q):.2f}" for q in (0.5, 0.95, 1.0))
                      for t in (lesson.votes, lesson.places)),
                    f"{100 * idle:.1f} / {100 * looked:.1f} / {100 * busy:.1f} %",
                    f"{process.memory_info().rss / 2**20:,.0f} MiB",
                    "yes" if counted else "NO",
                    "; ".join(problems)[:100] or "–",
                ]
            )  # fmt: skip
        table(
            f"{n_learners} learners for {minutes:g} min, beside as many sessions",
            ["time", "vote seen, s (median / p95 / last)", "place seen, s", "core: idle, looked at,"
             " lesson", "memory", "each vote once", "problems"],
            rows,
        )  # fmt: skip
        print("\n" + crowd(address, *open_room(visitors[1])))
        print("\n" + flood(address, open_room(visitors[2])[0]))
        for visitor in visitors:
            visitor.close()


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--learners", type=int, default=30)
    parser.add_argument("--minutes", type=float, default=3.0)
    parser.add_argument("--times", type=int, default=2)
    chosen = parser.parse_args()
    main(chosen.learners, chosen.minutes, chosen.times)
