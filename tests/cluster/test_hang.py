"""A replica that hangs instead of dying: Ray is told by nobody, and asks for its health."""

from __future__ import annotations

import os
import signal
import time
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from pathlib import Path

import pytest

from tests.core.engine.common import DRAWN, tokens

pytestmark = pytest.mark.cluster
#: Readers, tokens of each: so many that none is done before the replica is stopped.
READERS, LENGTH = 8, 200


def busiest(pids: list[int]) -> int:
    """The process that computes most now: who reads from which replica is Ray's choice."""

    def ticks(pid: int) -> int:
        user, system = Path(f"/proc/{pid}/stat").read_text().rsplit(")", 1)[1].split()[11:13]
        return int(user) + int(system)

    before = {pid: ticks(pid) for pid in pids}
    time.sleep(0.15)
    return max(pids, key=lambda pid: ticks(pid) - before[pid])


def test_readers_of_a_replica_that_hangs_go_on_elsewhere(storyteller_there, storyteller):
    """Within three questions for its health; with the tokens that they would have had anyway."""
    texts = [f"The king had {n} daughters and" for n in range(READERS)]
    asked = {"seed": 7, "max_new_tokens": LENGTH}
    want = [tokens(storyteller.generate(text, DRAWN, **asked)) for text in texts]
    runs = [storyteller_there.generate(text, DRAWN, **asked) for text in texts]
    first = [next(run).token_id for run in runs]
    places = storyteller_there._wire.places()
    hung = busiest([int(place.rsplit(":", 1)[1]) for place in places])
    os.kill(hung, signal.SIGSTOP)
    try:
        begin = time.monotonic()
        with ThreadPoolExecutor(READERS) as pool:
            rest = [pool.submit(tokens, run) for run in runs]
            found = [[a, *b.result(60)] for a, b in zip(first, rest, strict=True)]
        took = time.monotonic() - begin
    finally:
        with suppress(ProcessLookupError):  # Ray may have ended it by then
            os.kill(hung, signal.SIGKILL)
    print(f"one of {len(places)} replicas stopped: all were done after {took:.1f} s")
    assert found == want
    assert took > 3.0, "nobody was reading from the replica that was stopped"
