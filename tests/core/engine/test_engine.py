"""The engine: batches, joining, leaving, fairness, cancellation, faults."""

from __future__ import annotations

import gc
import json
import logging
import threading
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor

import numpy as np
import pytest
import torch

from core.engine import engine as module
from core.engine.engine import Engine
from core.engine.fair_queue import client
from core.engine.transformers_batch import TransformersBatch
from core.errors import Busy, EmptyPrompt, OutOfRange, RequestFailed, TooManyTokens
from core.model.load import load_model
from core.sampling import generation
from core.sampling.stages import SamplingSettings

GREEDY = SamplingSettings(temperature=0)
DRAWN = SamplingSettings(temperature=0.9, top_k=40)
PROMPT = "Once upon a time there was a king"
SOON = 60  # seconds: a bound on hanging, never on speed


@pytest.fixture
def engine(storyteller: Engine) -> Iterator[Engine]:
    """A fresh engine over the embedded model's weights."""
    made = Engine(storyteller.loaded)
    yield made
    made.close()
    made._thread.join(SOON)
    assert not made._thread.is_alive()


class Gate:
    """A view that holds the owner thread until it is opened."""

    def __init__(self, engine: Engine) -> None:
        self.entered, self.open = threading.Event(), threading.Event()
        self.future = engine.submit(self)
        assert self.entered.wait(SOON)

    def __call__(self, _loaded) -> str:
        self.entered.set()
        assert self.open.wait(SOON)
        return "opened"


def until(true, seconds: float = SOON) -> None:
    """Wait for something that another thread brings about."""
    waited = threading.Event()
    for _try in range(int(seconds / 0.01)):
        if true():
            return
        waited.wait(0.01)
    raise AssertionError("it did not happen")


def tokens(steps) -> list[int]:
    return [step.token_id for step in steps]


# --- results ---------------------------------------------------------------------------------


def test_greedy_is_transformers_generate(engine: Engine, oracle_of):
    ids = engine.ids(PROMPT)
    with torch.inference_mode():
        want = oracle_of(engine.loaded.source).generate(
            torch.tensor([ids]), max_new_tokens=80, do_sample=False, pad_token_id=50256
        )
    assert (
        tokens(engine.generate(PROMPT, GREEDY, max_new_tokens=80)) == want[0, len(ids) :].tolist()
    )


def reads(engine: Engine, monkeypatch) -> list[int]:
    """Notes how many tokens each pass over guesses reads."""
    seen, plain = [], engine._batch.verify

    def noted(slot, tokens):
        seen.append(len(tokens))
        return plain(slot, tokens)

    monkeypatch.setattr(engine._batch, "verify", noted)
    return seen


@pytest.fixture
def circle(engine: Engine) -> tuple[int, ...]:
    """A text in which the embedded model goes round in circles."""
    ids = engine.ids("I like")
    steps = engine.generate(ids, GREEDY, max_new_tokens=120, stop_at_end_of_text=False)
    found = (*ids, *tokens(steps))
    assert found[-20:] in {found[i : i + 20] for i in range(60)}
    return found


@pytest.mark.parametrize("settings", [GREEDY, SamplingSettings(temperature=0.3, top_k=5)])
def test_guesses_save_steps_and_change_no_token(engine: Engine, monkeypatch, settings):
    """A text that circles, in passes of several tokens; the random numbers are the same, too."""
    plain = Engine(engine.loaded, guesses=0)
    prompt = "The cat sat and the dog sat and " * 6
    try:
        never = reads(plain, monkeypatch)
        want = list(plain.generate(prompt, settings, seed=4, max_new_tokens=150))
    finally:
        plain.close()
    seen = reads(engine, monkeypatch)
    got = list(engine.generate(prompt, settings, seed=4, max_new_tokens=150))
    assert tokens(got) == tokens(want)
    assert [step.index for step in got] == list(range(len(want)))
    for mine, theirs in zip(got, want, strict=True):
        assert mine.u == theirs.u
        assert mine.probability == pytest.approx(theirs.probability, abs=1e-4)
        assert np.abs(mine.logits - theirs.logits).max() <= 1e-4 * np.abs(theirs.logits).max()
        assert not mine.logits.flags.writeable
    assert not never
    assert seen
    assert 2 <= min(seen) <= max(seen) <= module.GUESSES + 1
    if settings.greedy:
        assert sum(seen) - len(seen) > 60  # most of the text was read by guessing


def test_guesses_stop_where_the_text_stops(engine: Engine, circle, monkeypatch):
    """At the last token asked for, at the end of the text, at the end of the context."""
    want = tokens(engine.generate(circle, GREEDY, max_new_tokens=60, stop_at_end_of_text=False))
    seen = reads(engine, monkeypatch)
    for n in (5, 8, 9, 23):
        got = tokens(engine.generate(circle, GREEDY, max_new_tokens=n, stop_at_end_of_text=False))
        assert got == want[:n]
    assert seen
    full = (circle * 10)[:1000]
    del seen[:]
    got = tokens(engine.generate(full, GREEDY, max_new_tokens=100, stop_at_end_of_text=False))
    assert len(got) == 25  # 1,024 tokens are read, and the last one's successor is told
    assert seen

    class Tokenizer:
        """Another token ends the text."""

        eos_token_id = max(set(want), key=want.index)  # the one that comes latest

        def __getattr__(self, name: str):
            return getattr(whole, name)

    whole = engine.tokenizer
    monkeypatch.setattr(engine, "tokenizer", Tokenizer())
    until_then = want[: want.index(Tokenizer.eos_token_id) + 1]
    assert len(until_then) >= 3
    assert tokens(engine.generate(circle, GREEDY, max_new_tokens=60)) == until_then
    until(lambda: not engine._seated)


def test_guesses_that_cannot_be_read_cost_nothing_but_time(engine: Engine, circle, monkeypatch):
    want = tokens(engine.generate(circle, GREEDY, max_new_tokens=40))
    calls = []

    def broken(slot, guessed):
        calls.append(guessed)
        raise RuntimeError("DefaultCPUAllocator: not enough memory")

    monkeypatch.setattr(engine._batch, "verify", broken)
    assert tokens(engine.generate(circle, GREEDY, max_new_tokens=40)) == want
    assert calls


def test_only_who_is_alone_is_guessed_ahead(engine: Engine, circle, monkeypatch):
    company, plain = [], engine._step_ahead

    def noted(stream) -> bool:
        company.append(len(engine._seated))
        return plain(stream)

    monkeypatch.setattr(engine, "_step_ahead", noted)
    steps, plain_step = [], engine._batch.step
    monkeypatch.setattr(
        engine._batch, "step", lambda rows: steps.append(len(rows)) or plain_step(rows)
    )
    engine.trace(circle)  # both sit down before the first step
    gate = Gate(engine)
    two = engine.generate_many(circle, GREEDY, seeds=[0, 1], max_new_tokens=module.AHEAD)
    gate.open.set()
    first, second = (tokens(steps) for steps in two)
    assert first == second
    assert set(company) <= {1}
    assert steps.count(2) >= 5


def test_company_changes_nothing(engine: Engine, tiny: Engine):
    """Ten at once, of other lengths and settings, joining and leaving: the same logits."""
    prompts = [PROMPT + " and" * (7 * i) for i in range(5)] * 2
    asked = [(p, GREEDY if i % 3 == 0 else DRAWN, i, 4 + 2 * i) for i, p in enumerate(prompts)]

    def run(request) -> list:
        prompt, settings, seed, n = request
        return list(engine.generate(prompt, settings, seed=seed, max_new_tokens=n))

    alone = [run(a) for a in asked]
    with ThreadPoolExecutor(len(asked)) as pool:
        together = list(pool.map(run, asked))
    for mine, theirs in zip(alone, together, strict=True):
        assert tokens(mine) == tokens(theirs)
        for a, b in zip(mine, theirs, strict=True):
            assert np.abs(a.logits - b.logits).max() <= 1e-4 * np.abs(a.logits).max()
            assert not b.logits.flags.writeable
    assert engine.status().kv_bytes == 0


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


def test_several_views_are_one_request_and_others_come_in_between(engine: Engine):
    order: list[object] = []

    def part(_loaded, number: int) -> int:
        order.append(number)
        return number * number

    def whole(_loaded, name: str) -> str:
        order.append(name)
        return name

    def ask(name: str, call, *args):
        client.set(name)
        return call(*args)

    gate = Gate(engine)
    with ThreadPoolExecutor(2) as pool:
        many = pool.submit(ask, "many", engine.views, part, [(n,) for n in range(9)])
        until(lambda: engine.status().waiting == 1)  # one place in the queue, not nine
        one = pool.submit(ask, "one", engine.view, whole, "one")
        until(lambda: engine.status().waiting == 2)
        gate.open.set()
        assert many.result(SOON) == tuple(n * n for n in range(9))
        assert one.result(SOON) == "one"
    assert order.index("one") < 8  # it did not wait for all of them
    assert engine.views(part, [(n,) for n in range(9)]) == tuple(n * n for n in range(9))
    assert len(order) == 10  # remembered
    assert engine.views(part, []) == ()


def test_one_of_several_views_that_fails_is_the_requests_failure(engine: Engine):
    def bad(_loaded, number: int) -> int:
        if number == 2:
            raise ValueError("two")
        return number

    with pytest.raises(ValueError, match="two"):
        engine.views(bad, [(n,) for n in range(4)])
    assert engine.views(bad, [(0,), (1,)]) == (0, 1)


def test_a_text_that_goes_on_is_read_from_where_it_parts(engine: Engine, monkeypatch):
    rows = []
    embed = engine._forward.embed
    monkeypatch.setattr(
        engine._forward, "embed", lambda ids, at: (rows.append(len(ids)), embed(ids, at))[1]
    )
    ids = engine.ids(PROMPT * 4)
    engine.trace(ids)
    got = engine.trace((*ids, 262))
    list(engine.generate((*ids, 262), GREEDY, max_new_tokens=1))  # known whole: nothing to read
    assert rows == [len(ids), 1]
    want = Engine(engine.loaded)
    alone = want.trace((*ids, 262))
    want.close()
    assert np.abs(got.resid - alone.resid).max() <= 1e-4 * np.abs(alone.resid).max()


def test_caches_are_bounded_in_bytes(storyteller: Engine):
    small = Engine(storyteller.loaded, cache_bytes=2 * 2**20)
    for n in range(12):
        small.trace(tuple(range(n, n + 40)))
        assert small.status().cache_bytes <= 2 * 2**20
    assert small.trace(tuple(range(100, 600))).n_ctx == 500  # larger than the cache: given out
    small.close()


# --- turns -----------------------------------------------------------------------------------


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


def test_more_sequences_than_places_all_get_on(storyteller: Engine):
    engine = Engine(storyteller.loaded, batch_limit=3)
    most = []

    def run(seed: int) -> int:
        n = 0
        for _step in engine.generate(
            PROMPT, DRAWN, seed=seed, max_new_tokens=45, stop_at_end_of_text=False
        ):
            n += 1
            most.append(engine.status().generating)
        return n

    with ThreadPoolExecutor(8) as pool:
        assert list(pool.map(run, range(8))) == [45] * 8
    assert 1 < max(most) <= 3
    engine.close()


def test_a_sequence_that_is_not_read_waits_and_goes_on(engine: Engine):
    want = tokens(engine.generate(PROMPT, DRAWN, seed=5, max_new_tokens=60))
    steps = engine.generate(PROMPT, DRAWN, seed=5, max_new_tokens=60)
    got = [next(steps).token_id]
    until(lambda: len(engine._stalled) == 1)  # some steps ahead, then it waits
    assert engine.status().kv_bytes == 0
    assert engine.busy
    got += tokens(steps)
    assert got == want


def test_a_sequence_that_nobody_reads_is_given_up(engine: Engine, monkeypatch):
    steps = engine.generate(PROMPT, DRAWN, max_new_tokens=100)
    next(steps)
    until(lambda: len(engine._stalled) == 1)
    monkeypatch.setattr(module, "PATIENCE", -1.0)
    engine.call(lambda _loaded: None)
    until(lambda: not engine.busy)
    with pytest.raises(RequestFailed, match="minute"):
        list(steps)


@pytest.mark.parametrize("how", ["close", "drop"])
def test_whoever_leaves_frees_the_place(engine: Engine, how: str):
    steps = engine.generate(PROMPT, DRAWN, max_new_tokens=900, stop_at_end_of_text=False)
    next(steps)
    if how == "close":
        steps.close()
    else:
        del steps
        gc.collect()
    until(lambda: not engine.busy)
    assert engine.status().kv_bytes == 0


def test_a_cancelled_request_is_never_run(engine: Engine):
    gate, ran = Gate(engine), []
    future = engine.submit(lambda _loaded: ran.append(1))
    assert future.cancel()
    gate.open.set()
    engine.call(lambda _loaded: None)
    assert not ran


# --- faults ----------------------------------------------------------------------------------


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


@pytest.mark.parametrize("memory", [True, False])
def test_a_fault_in_a_step_is_the_one_sequences_own(engine: Engine, monkeypatch, memory: bool):
    """A step fails whenever a certain sequence is in it: the other four never notice."""
    want = [tokens(engine.generate(PROMPT, DRAWN, seed=s, max_new_tokens=20)) for s in range(5)]
    gate = Gate(engine)
    step, bad = engine._batch.step, []

    def fails(rows):
        if len(rows) == 5 and not bad:
            bad.append(rows[2][0])
        if any(slot in bad for slot, _token in rows):
            raise torch.OutOfMemoryError("simulated") if memory else RuntimeError("simulated")
        return step(rows)

    monkeypatch.setattr(engine._batch, "step", fails)

    def run(seed: int):
        got = []
        try:
            for s in engine.generate(PROMPT, DRAWN, seed=seed, max_new_tokens=20):
                got.append(s.token_id)
        except RequestFailed as error:
            return got, error
        return got, None

    with ThreadPoolExecutor(5) as pool:
        running = [pool.submit(run, seed) for seed in range(5)]
        until(lambda: engine.status().waiting == 5)
        gate.open.set()
        ended = [r.result(SOON) for r in running]
    failed = [seed for seed, (_got, error) in enumerate(ended) if error is not None]
    assert len(failed) == 1
    for seed, (got, _error) in enumerate(ended):
        assert got == want[seed][: len(got)] if seed in failed else got == want[seed]
    assert ("memory" in str(ended[failed[0]][1])) == memory
    assert engine.status().kv_bytes == 0


def test_a_fault_in_choosing_is_the_one_sequences_own(engine: Engine, monkeypatch):
    right = generation.choose

    def choose(logits, settings, ids, rng):
        if settings.top_k == 13 and len(ids) > 12:
            raise RuntimeError("simulated")
        return right(logits, settings, ids, rng)

    monkeypatch.setattr(generation, "choose", choose)
    good = engine.generate(PROMPT, DRAWN, max_new_tokens=20)
    bad = engine.generate(PROMPT, SamplingSettings(top_k=13), max_new_tokens=20)
    got = [next(good).token_id]
    with pytest.raises(RequestFailed):
        list(bad)
    assert len(got + tokens(good)) == 20
    assert engine.status().kv_bytes == 0


def test_a_fault_in_choosing_for_many_is_the_one_sequences_own(engine: Engine, monkeypatch):
    """Four with the same settings are chosen for together; one of them cannot be."""
    right, together = generation.choose, []

    def fails(logits, settings):
        together.append(len(logits))
        raise RuntimeError("simulated")

    def choose(logits, settings, ids, rng):
        if rng.bit_generator.seed_seq.entropy == 2 and len(ids) > 12:
            raise RuntimeError("simulated")
        return right(logits, settings, ids, rng)

    want = [tokens(engine.generate(PROMPT, DRAWN, seed=s, max_new_tokens=20)) for s in range(4)]
    monkeypatch.setattr(generation, "candidates_of_many", fails)
    monkeypatch.setattr(generation, "choose", choose)
    gate = Gate(engine)

    def run(seed: int) -> list[int] | RequestFailed:
        try:
            return tokens(engine.generate(PROMPT, DRAWN, seed=seed, max_new_tokens=20))
        except RequestFailed as error:
            return error

    with ThreadPoolExecutor(4) as pool:
        running = [pool.submit(run, seed) for seed in range(4)]
        until(lambda: engine.status().waiting == 4)
        gate.open.set()
        ended = [r.result(SOON) for r in running]
    assert isinstance(ended.pop(2), RequestFailed)
    want.pop(2)
    assert ended == want
    assert max(together) > 1
    assert engine.status().kv_bytes == 0


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
    engine._thread.join(SOON)
    assert not engine._thread.is_alive()
    assert not engine.busy


def test_a_fault_of_the_engine_itself_hangs_nobody(engine: Engine, monkeypatch):
    gate = Gate(engine)
    waiting = engine.submit(lambda _loaded: "never")
    monkeypatch.setattr(engine, "_serve_one", lambda: 1 / 0)
    gate.open.set()
    with pytest.raises(ZeroDivisionError):
        waiting.result(SOON)
    monkeypatch.undo()
    assert engine.call(lambda _loaded: "alive") == "alive"


def test_a_clock_that_jumps_changes_no_token(engine: Engine, monkeypatch):
    want = tokens(engine.generate(PROMPT, DRAWN, seed=3, max_new_tokens=30))
    jumps = iter([0.0, 1e9, -1e9, 5.0] * 10_000)
    monkeypatch.setattr(module.time, "time", lambda: next(jumps))
    assert tokens(engine.generate(PROMPT, DRAWN, seed=3, max_new_tokens=30)) == want
    assert engine.status().tokens == 60


@pytest.mark.parametrize(
    ("ids", "error"),
    [((), EmptyPrompt), (tuple(range(1025)), TooManyTokens), ((50_257,), ValueError)],
)
def test_what_cannot_be_read_is_refused_at_once(engine: Engine, ids, error):
    for ask in (engine.trace, lambda ids: engine.generate(ids, GREEDY)):
        with pytest.raises(error):
            ask(ids)


def test_limits_of_the_server_and_the_context(storyteller: Engine):
    engine = Engine(storyteller.loaded, max_new_tokens=10)
    with pytest.raises(OutOfRange, match="11"):
        engine.generate(PROMPT, GREEDY, max_new_tokens=11)
    # 1,022 tokens: the last that is read is the 1,024th, and it predicts one more.
    full = engine.generate(tuple(range(1022)), GREEDY, max_new_tokens=10, stop_at_end_of_text=False)
    assert len(list(full)) == 3
    assert list(engine.generate(PROMPT, GREEDY, max_new_tokens=0)) == []
    engine.close()


def test_the_way_out_through_transformers(storyteller: Engine, monkeypatch):
    """A model with blocks of another make: the same answers, through its own forward."""
    monkeypatch.setattr(module, "is_plain", lambda _loaded: False)
    plain = Engine(storyteller.loaded)
    assert isinstance(plain._batch, TransformersBatch)
    assert plain.status().path == "transformers"
    want = storyteller.trace(PROMPT)
    got = plain.trace(PROMPT)
    assert np.abs(got.resid - want.resid).max() <= 1e-4 * np.abs(want.resid).max()
    for settings in (GREEDY, DRAWN):
        asked = {"seed": 1, "max_new_tokens": 12}
        assert tokens(plain.generate(PROMPT, settings, **asked)) == tokens(
            storyteller.generate(PROMPT, settings, **asked)
        )
    plain.close()


# --- seen from outside -----------------------------------------------------------------------


def test_status_and_logs_count_and_never_tell_the_text(engine: Engine, caplog):
    with caplog.at_level(logging.INFO, logger="gpt2_hood.engine"):
        engine.trace("a secret text")
        engine.trace("a secret text")
        list(engine.generate("a secret text", GREEDY, max_new_tokens=3))
        with pytest.raises(RequestFailed):
            engine.call(lambda _loaded: (_ for _ in ()).throw(OSError("gone")))
    status = engine.status()
    assert (status.hits, status.misses, status.tokens, status.failures) == (1, 1, 3, 1)
    assert status.weight_bytes == engine.loaded.n_bytes
    assert status.path == "chosen products"
    lines = [json.loads(r.message) for r in caplog.records]
    assert [line["event"] for line in lines] == ["trace", "generate", "failed"]
    assert lines[1]["tokens"] == 3
    assert "secret" not in caplog.text


def test_the_weights_exist_once(engine: Engine):
    """Nothing on the fast path owns a weight: every tensor shares the model's memory."""
    owned = {p.data_ptr() for p in engine.loaded.model.parameters()}
    for layer in engine._forward.layers:
        for pair in vars(layer).values():
            assert {t.data_ptr() for t in pair} <= owned


def test_an_engine_over_a_second_model_is_its_own(tiny: Engine, tiny_folder):
    other = Engine(load_model(str(tiny_folder)))
    try:
        a, b = tiny.trace((1, 2, 3)), other.trace((1, 2, 3))
        assert a is not b
        assert np.allclose(a.resid, b.resid, atol=1e-5)
    finally:
        other.close()


def test_a_class_of_thirty(tiny: Engine, tiny_folder):
    """Everybody changes the prompt, looks at two heads and has 20 tokens written, twice over."""
    engine = Engine(load_model(str(tiny_folder)), cache_bytes=8 * 2**20)

    def learner(number: int) -> int:
        client.set(f"learner {number}")
        ids = tuple(100 * number + i for i in range(8 + number % 20))
        trace = engine.trace(ids)
        for layer in (0, 2):
            assert engine.attention(trace, layer).pattern.shape[-1] == len(ids)
        steps = engine.generate(
            ids, DRAWN, seed=number, max_new_tokens=20, stop_at_end_of_text=False
        )
        return len(list(steps))

    for _round in range(2):
        with ThreadPoolExecutor(30) as pool:
            assert list(pool.map(learner, range(30))) == [20] * 30
        status = engine.status()
        assert status.cache_bytes <= 8 * 2**20
        assert (status.kv_bytes, status.generating, status.waiting) == (0, 0, 0)
        assert not engine.busy
    assert engine.status().clients == 30
    engine.close()


def test_an_idle_engine_measures_twice(tiny_folder, monkeypatch):
    monkeypatch.setattr(module, "AGAIN", 0.05)
    begun, plain = [], module.Forward.measure

    def noted(forward):
        begun.append(forward)
        return plain(forward)

    monkeypatch.setattr(module.Forward, "measure", noted)
    engine = Engine(load_model(str(tiny_folder)))
    try:
        until(lambda: begun.count(engine._forward) == 2)
        until(lambda: engine._measuring.gi_frame is None)
        time.sleep(0.2)
        assert begun.count(engine._forward) == 2
        assert engine.call(lambda _model: "alive") == "alive"
    finally:
        engine.close()


def test_the_engine_clears_up_after_long_requests_only(tiny_folder, monkeypatch):
    cleared = []  # by which engine's thread: others may be clearing up, too
    monkeypatch.setattr(module, "give_back", lambda: cleared.append(threading.current_thread()))
    engine = Engine(load_model(str(tiny_folder)))
    try:
        engine.call(lambda _model: None)
        assert engine.measured.wait(SOON)
        assert engine._thread not in cleared
        engine.call(lambda _model: time.sleep(2 * module.UNTIDY))
        until(lambda: cleared.count(engine._thread) == 1)
    finally:
        engine.close()
