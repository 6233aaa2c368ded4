"""Decoding: guesses ahead, and faults that are one sequence's own."""

from __future__ import annotations

import time
from concurrent.futures import ThreadPoolExecutor

import numpy as np
import pytest
import torch

from core.engine.decoding import GUESSES
from core.engine.engine import Engine
from core.engine.requests import AHEAD
from core.errors import RequestFailed
from core.sampling import together
from core.sampling.settings import SamplingSettings
from tests.core.engine.common import DRAWN, GREEDY, PROMPT, SOON, Gate, tokens, until


def reads(engine: Engine, monkeypatch) -> list[int]:
    """Notes how many tokens each pass over guesses reads."""
    seen, plain = [], engine.owner.sequences.batch.verify

    def noted(slot, tokens):
        seen.append(len(tokens))
        return plain(slot, tokens)

    monkeypatch.setattr(engine.owner.sequences.batch, "verify", noted)
    return seen


@pytest.fixture
def circle(engine: Engine) -> tuple[int, ...]:
    """A text in which the embedded model goes round in circles."""
    ids = engine.ids("She ran and ran and ran")
    steps = engine.generate(ids, GREEDY, max_new_tokens=120, stop_at_end_of_text=False)
    found = (*ids, *tokens(steps))
    assert found[-20:] in {found[i : i + 20] for i in range(60)}
    return found


@pytest.mark.parametrize("settings", [GREEDY, SamplingSettings(temperature=0.3, top_k=5)])
def test_guesses_save_steps_and_change_no_token(engine: Engine, circle, monkeypatch, settings):
    """A text that circles, in passes of several tokens; the random numbers are the same, too."""
    plain = Engine(engine.loaded, guesses=0)
    try:
        never = reads(plain, monkeypatch)
        want = list(plain.generate(circle, settings, seed=4, max_new_tokens=150))
    finally:
        plain.close()
    seen = reads(engine, monkeypatch)
    got = list(engine.generate(circle, settings, seed=4, max_new_tokens=150))
    assert tokens(got) == tokens(want)
    assert [step.index for step in got] == list(range(len(want)))
    for mine, theirs in zip(got, want, strict=True):
        assert mine.u == theirs.u
        assert mine.probability == pytest.approx(theirs.probability, abs=1e-4)
        assert np.abs(mine.logits - theirs.logits).max() <= 1e-4 * np.abs(theirs.logits).max()
        assert not mine.logits.flags.writeable
    assert not never
    assert seen
    assert 2 <= min(seen) <= max(seen) <= GUESSES + 1
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
    monkeypatch.setattr(engine.owner.decoding, "tokenizer", Tokenizer())
    until_then = want[: want.index(Tokenizer.eos_token_id) + 1]
    assert len(until_then) >= 3
    assert tokens(engine.generate(circle, GREEDY, max_new_tokens=60)) == until_then
    until(lambda: not engine.owner.sequences.running)


def test_guesses_that_cannot_be_read_cost_nothing_but_time(engine: Engine, circle, monkeypatch):
    want = tokens(engine.generate(circle, GREEDY, max_new_tokens=40))
    calls = []

    def broken(slot, guessed):
        calls.append(guessed)
        raise RuntimeError("DefaultCPUAllocator: not enough memory")

    monkeypatch.setattr(engine.owner.sequences.batch, "verify", broken)
    assert tokens(engine.generate(circle, GREEDY, max_new_tokens=40)) == want
    assert calls


def test_only_who_is_alone_is_guessed_ahead(engine: Engine, circle, monkeypatch):
    company, plain = [], engine.owner.decoding._step_ahead

    def noted(stream) -> bool:
        company.append(len(engine.owner.sequences.running))
        return plain(stream)

    monkeypatch.setattr(engine.owner.decoding, "_step_ahead", noted)
    steps, plain_step = [], engine.owner.sequences.batch.step
    monkeypatch.setattr(
        engine.owner.sequences.batch,
        "step",
        lambda rows: steps.append(len(rows)) or plain_step(rows),
    )
    engine.trace(circle)  # both sit down before the first step
    gate = Gate(engine)
    two = engine.generate_many(circle, GREEDY, seeds=[0, 1], max_new_tokens=AHEAD)
    gate.open.set()
    first, second = (tokens(steps) for steps in two)
    assert first == second
    assert set(company) <= {1}
    assert steps.count(2) >= 5


def test_a_clock_that_jumps_changes_no_token(engine: Engine, monkeypatch):
    want = tokens(engine.generate(PROMPT, DRAWN, seed=3, max_new_tokens=30))
    jumps = iter([0.0, 1e9, -1e9, 5.0] * 10_000)
    monkeypatch.setattr(time, "time", lambda: next(jumps))
    assert tokens(engine.generate(PROMPT, DRAWN, seed=3, max_new_tokens=30)) == want
    assert engine.status().tokens == 60


@pytest.mark.parametrize("memory", [True, False])
def test_a_fault_in_a_step_is_the_one_sequences_own(engine: Engine, monkeypatch, memory: bool):
    """A step fails whenever a certain sequence is in it: the other four never notice."""
    want = [tokens(engine.generate(PROMPT, DRAWN, seed=s, max_new_tokens=20)) for s in range(5)]
    gate = Gate(engine)
    step, bad = engine.owner.sequences.batch.step, []

    def fails(rows):
        if len(rows) == 5 and not bad:
            bad.append(rows[2][0])
        if any(slot in bad for slot, _token in rows):
            raise torch.OutOfMemoryError("simulated") if memory else RuntimeError("simulated")
        return step(rows)

    monkeypatch.setattr(engine.owner.sequences.batch, "step", fails)

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
    right = together.choose

    def choose(logits, settings, ids, rng):
        if settings.top_k == 13 and len(ids) > 12:
            raise RuntimeError("simulated")
        return right(logits, settings, ids, rng)

    monkeypatch.setattr(together, "choose", choose)
    good = engine.generate(PROMPT, DRAWN, max_new_tokens=20)
    bad = engine.generate(PROMPT, SamplingSettings(top_k=13), max_new_tokens=20)
    got = [next(good).token_id]
    with pytest.raises(RequestFailed):
        list(bad)
    assert len(got + tokens(good)) == 20
    assert engine.status().kv_bytes == 0


def test_a_fault_in_choosing_for_many_is_the_one_sequences_own(engine: Engine, monkeypatch):
    """Four with the same settings are chosen for together; one of them cannot be."""
    right, tried = together.choose, []

    def fails(logits, settings):
        tried.append(len(logits))
        raise RuntimeError("simulated")

    def choose(logits, settings, ids, rng):
        if rng.bit_generator.seed_seq.entropy == 2 and len(ids) > 12:
            raise RuntimeError("simulated")
        return right(logits, settings, ids, rng)

    want = [tokens(engine.generate(PROMPT, DRAWN, seed=s, max_new_tokens=20)) for s in range(4)]
    monkeypatch.setattr(together, "candidates_of_many", fails)
    monkeypatch.setattr(together, "choose", choose)
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
    assert max(tried) > 1
    assert engine.status().kv_bytes == 0


@pytest.mark.parametrize("settings", [GREEDY, DRAWN], ids=["greedy", "drawn"])
def test_a_text_goes_on_elsewhere_with_the_same_tokens(engine: Engine, settings):
    """Another engine takes over after any token, as if it had made the first ones itself."""
    whole = list(engine.generate(PROMPT, settings, seed=5, max_new_tokens=12))
    for n in (0, 1, 7):
        before = tuple(tokens(whole[:n]))
        (rest,) = engine.generate_many(
            PROMPT, settings, seeds=[5], max_new_tokens=12, made=[before]
        )
        for step, want in zip(list(rest), whole[n:], strict=True):
            assert (step.index, step.token_id, step.u) == (want.index, want.token_id, want.u)
            assert np.abs(step.logits - want.logits).max() <= 1e-4 * np.abs(want.logits).max()
