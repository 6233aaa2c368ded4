"""The owner thread: turns between requests and steps, faults, the end."""

from __future__ import annotations

import gc
from concurrent.futures import ThreadPoolExecutor
from weakref import ref

import pytest

from core.engine import owner
from core.engine.engine import Engine
from core.engine.fair_queue import client
from core.errors import RequestFailed
from core.model.load import load_model
from tests.core.engine.common import DRAWN, GREEDY, PROMPT, SOON, Gate, tokens, until


def test_a_short_prompt_is_not_behind_a_long_text(engine: Engine):
    gate, order = Gate(engine), []

    def ask(name: str, ids: tuple[int, ...]) -> None:
        client.set(name)
        engine.trace(ids)
        order.append(name)

    with ThreadPoolExecutor(2) as pool:
        long = pool.submit(ask, "long", tuple(range(1000)))
        until(lambda: engine.status().waiting == 1)
        short = pool.submit(ask, "short", (1, 2, 3))
        until(lambda: engine.status().waiting == 2)
        gate.open.set()
        long.result(SOON), short.result(SOON)
    assert order == ["short", "long"]


def test_captures_come_between_steps(engine: Engine):
    """A view gets its turn while a continuation of any length goes on."""
    steps = engine.generate(PROMPT, DRAWN, max_new_tokens=400)
    made = 1 + next(steps).index
    for number in range(3):
        engine.view(lambda _loaded, n: n, number)
        made += len([next(steps) for _ in range(3)])
    assert engine.busy
    assert made < 400
    steps.close()
    until(lambda: not engine.busy)


def test_a_cancelled_request_is_never_run(engine: Engine):
    gate, ran = Gate(engine), []
    future = engine.submit(lambda _loaded: ran.append(1))
    assert future.cancel()
    gate.open.set()
    engine.call(lambda _loaded: None)
    assert not ran


@pytest.mark.parametrize(
    "error", [MemoryError(), RuntimeError("can't allocate memory: you tried"), OSError("disk")]
)
def test_a_failing_view_touches_nobody_else(engine: Engine, error: Exception):
    def fails(_loaded) -> None:
        raise error

    steps = engine.generate(PROMPT, DRAWN, seed=2, max_new_tokens=30)
    got = [next(steps).token_id]
    with pytest.raises(RequestFailed) as caught:
        engine.view(fails)
    assert caught.value.__cause__ is error
    got += tokens(steps)
    assert got == tokens(engine.generate(PROMPT, DRAWN, seed=2, max_new_tokens=30))
    assert engine.status().failures == 1


def test_a_programmers_mistake_stays_one(engine: Engine):
    def wrong(_loaded) -> None:
        raise ValueError("axis")

    for ask in (engine.view, engine.call):
        with pytest.raises(ValueError, match="axis"):
            ask(wrong)


def test_a_model_that_is_unloaded_answers_with_a_sentence(storyteller: Engine):
    engine = Engine(storyteller.loaded)
    steps = engine.generate(PROMPT, DRAWN, max_new_tokens=900, stop_at_end_of_text=False)
    next(steps)
    gate = Gate(engine)
    waiting = engine.submit(lambda _loaded: "never")
    engine.close()
    gate.open.set()
    assert gate.future.result(SOON) == "opened"  # what ran is finished
    with pytest.raises(RequestFailed, match="unloaded"):
        waiting.result(SOON)
    with pytest.raises(RequestFailed, match="unloaded"):
        list(steps)
    for ask in (
        lambda: engine.trace(PROMPT),
        lambda: engine.call(lambda _loaded: None),
        lambda: next(engine.generate(PROMPT, GREEDY)),
    ):
        with pytest.raises(RequestFailed, match="unloaded"):
            ask()
    engine.owner.thread.join(SOON)
    assert not engine.owner.thread.is_alive()
    assert not engine.busy


def test_a_fault_of_the_engine_itself_hangs_nobody(engine: Engine, monkeypatch):
    gate = Gate(engine)
    waiting = engine.submit(lambda _loaded: "never")
    monkeypatch.setattr(engine.owner, "_serve_one", lambda: 1 / 0)
    gate.open.set()
    with pytest.raises(ZeroDivisionError):
        waiting.result(SOON)
    monkeypatch.undo()
    assert engine.call(lambda _loaded: "alive") == "alive"


def test_a_model_that_is_given_back_holds_nothing_though_somebody_knows_it(tiny_folder):
    engine = Engine(load_model(str(tiny_folder)))
    trace = engine.trace("Once upon a time")
    model, forward = engine.loaded.model, engine.owner.forward
    assert engine.status().cache_bytes > 0
    engine.close(give_back=True)
    engine.owner.thread.join(SOON)
    assert not any(tensor.numel() for tensor in [*model.parameters(), *model.buffers()])
    assert not vars(forward)
    assert engine.status().cache_bytes == 0
    assert trace.resid.shape[1] == trace.n_ctx  # what a page drew stays
    for ask in (lambda: engine.trace("Once"), lambda: engine.call(lambda _loaded: None)):
        with pytest.raises(RequestFailed):
            ask()


def test_a_model_that_is_unloaded_is_freed_at_once(tiny_folder):
    """Nothing in the engine knows itself in a circle: its memory waits for no collection."""
    gc.collect()
    gc.disable()
    try:
        engine = Engine(load_model(str(tiny_folder)))
        engine.trace(PROMPT)
        list(engine.generate(PROMPT, DRAWN, max_new_tokens=3))
        model, owner = ref(engine.loaded.model), ref(engine.owner)
        thread = engine.owner.thread
        engine.close()
        thread.join(SOON)
        del engine, thread
        assert owner() is None
        assert model() is None
    finally:
        gc.enable()


def test_a_thread_that_hangs_or_is_gone_is_noticed(tiny_folder, monkeypatch):
    engine = Engine(load_model(str(tiny_folder)))
    assert engine.owner.healthy
    gate = Gate(engine)
    assert engine.owner.healthy  # at work, but not for long
    monkeypatch.setattr(owner, "LONGEST_TURN", 0.0)
    assert not engine.owner.healthy
    gate.open.set()
    assert gate.future.result(SOON) == "opened"
    until(lambda: engine.owner.healthy)  # it rests
    engine.close()
    until(lambda: not engine.owner.healthy)


def test_a_reader_that_waits_in_another_thread_is_let_go(engine: Engine):
    gate = Gate(engine)
    (steps,) = engine.generate_many(PROMPT, GREEDY, seeds=[0], max_new_tokens=5)
    with ThreadPoolExecutor(1) as pool:
        waits = pool.submit(next, steps, None)
        steps.close()
        assert waits.result(SOON) is None
    gate.open.set()
    assert gate.future.result(SOON) == "opened"
