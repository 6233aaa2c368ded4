"""What is kept: computed once, bounded in bytes, read from where a text parts."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor

from core.engine.engine import Engine
from tests.core.engine.common import PROMPT, SOON, Gate, until


def test_the_same_view_at_the_same_time_is_computed_once(engine: Engine):
    calls = []

    def slow(_loaded, number: int) -> int:
        calls.append(number)
        return number

    gate = Gate(engine)
    with ThreadPoolExecutor(30) as pool:
        asked = [pool.submit(engine.view, slow, 7) for _ in range(30)]
        until(lambda: engine.status().hits == 29)
        gate.open.set()
        assert [a.result(SOON) for a in asked] == [7] * 30
    assert calls == [7]
    traces = {id(engine.trace(PROMPT)) for _ in range(3)}
    assert len(traces) == 1


def test_caches_are_bounded_in_bytes(storyteller: Engine):
    small = Engine(storyteller.loaded, cache_bytes=2 * 2**20)
    for n in range(12):
        small.trace(tuple(range(n, n + 40)))
        assert small.status().cache_bytes <= 2 * 2**20
    assert small.trace(tuple(range(100, 600))).n_ctx == 500  # larger than the cache: given out
    small.close()
