"""Requests come in, or are told that the queue is full."""

from __future__ import annotations

import pytest

from core.engine.engine import Engine
from core.engine.fair_queue import client
from core.errors import Busy
from tests.core.engine.common import DRAWN, GREEDY, PROMPT, SOON, Gate, tokens, until


def test_a_full_queue_says_so_with_the_place(storyteller: Engine):
    engine = Engine(storyteller.loaded, queue_limit=3)
    gate = Gate(engine)
    waiting = [engine.submit(lambda _loaded: "done") for _ in range(3)]
    for ask in (
        lambda: engine.submit(lambda _loaded: None),
        lambda: engine.trace(PROMPT),
        lambda: next(engine.generate(PROMPT, GREEDY)),
    ):
        with pytest.raises(Busy, match="number 4"):
            ask()
    gate.open.set()
    assert [w.result(SOON) for w in waiting] == ["done"] * 3
    assert engine.trace(PROMPT).n_ctx  # and after that it is free again
    engine.close()


def test_many_come_all_or_none(storyteller: Engine):
    engine = Engine(storyteller.loaded, queue_limit=6)
    gate = Gate(engine)
    with pytest.raises(Busy):
        engine.generate_many(PROMPT, DRAWN, seeds=range(7), max_new_tokens=5)
    kept = engine.generate(PROMPT, GREEDY, max_new_tokens=3)
    gate.open.set()
    assert len(list(kept)) == 3  # there was room for one, as none of the seven came in
    until(lambda: not engine.busy)
    assert engine.status().tokens == 3
    many = engine.generate_many(PROMPT, DRAWN, seeds=range(5), max_new_tokens=5)
    alone = [tokens(engine.generate(PROMPT, DRAWN, seed=s, max_new_tokens=5)) for s in range(5)]
    assert [tokens(steps) for steps in many] == alone
    assert engine.generate_many(PROMPT, DRAWN, seeds=(), max_new_tokens=5) == []
    assert [list(s) for s in engine.generate_many(PROMPT, DRAWN, seeds=(1,), max_new_tokens=0)] == [
        []
    ]
    left = engine.generate_many(PROMPT, DRAWN, seeds=range(3), max_new_tokens=200)
    next(left[0])
    left[1].close()
    del left  # the one that was never read, too
    until(lambda: not engine.busy)
    assert engine.status().kv_bytes == 0
    engine.close()


def test_a_session_that_asks_too_often_is_told_so_and_others_are_served(storyteller: Engine):
    engine = Engine(storyteller.loaded, requests_per_minute=5)
    told = client.set("one of a class")
    try:
        for _time in range(5):
            engine.call(lambda _loaded: None)
        with pytest.raises(Busy, match="5 a minute"):
            engine.trace("one more")
        assert engine.status().refused == 1
        client.set("another")
        assert engine.trace(PROMPT).n_ctx
        client.set("one of a class")
        assert engine.trace(PROMPT).n_ctx  # what is remembered costs nobody anything
    finally:
        client.reset(told)
        engine.close()


def test_relief_gives_back_what_can_be_computed_again(storyteller: Engine):
    engine = Engine(storyteller.loaded)
    before = engine.trace(PROMPT)
    assert engine.status().cache_bytes > 0
    assert engine.seconds_idle < SOON
    engine.relieve()
    until(lambda: engine.status().cache_bytes == 0)
    assert engine.status().evicted == 0  # none of it made way for another
    again = engine.trace(PROMPT)
    assert again is not before
    assert (again.logits == before.logits).all()
    engine.close()
