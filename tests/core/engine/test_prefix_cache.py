"""Texts that begin like an earlier one."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor

import numpy as np
import pytest

from core.engine import prefix_cache
from core.engine.engine import Engine
from core.engine.prefill import size_of
from tests.core.engine.common import GREEDY, PROMPT, SOON, Gate, tokens, until
from tests.core.engine.oracle import same, text


def passes(engine: Engine, monkeypatch: pytest.MonkeyPatch) -> list[int]:
    """The rows of each pass from now on."""
    rows, embed = [], engine.owner.forward.embed
    monkeypatch.setattr(
        engine.owner.forward, "embed", lambda ids, at: (rows.append(len(ids)), embed(ids, at))[1]
    )
    return rows


def test_a_text_that_goes_on_is_read_from_where_it_parts(engine: Engine, monkeypatch):
    rows = passes(engine, monkeypatch)
    ids = engine.ids(PROMPT * 4)
    engine.trace(ids)
    got = engine.trace((*ids, 262))
    list(engine.generate((*ids, 262), GREEDY, max_new_tokens=1))  # known whole: nothing to read
    assert rows == [len(ids), 1]
    want = Engine(engine.loaded)
    alone = want.trace((*ids, 262))
    want.close()
    assert np.abs(got.resid - alone.resid).max() <= 1e-4 * np.abs(alone.resid).max()


def test_short_prompts_that_wait_are_read_in_one_pass(engine: Engine, monkeypatch):
    rows, gate = passes(engine, monkeypatch), Gate(engine)
    prompts = [text(14 + n % 3, seed=n) for n in range(6)]
    long = text(60, seed=9)
    with ThreadPoolExecutor(9) as pool:
        asked = [pool.submit(engine.trace, ids) for ids in (*prompts, long, prompts[0])]
        until(lambda: engine.status().waiting == 7)  # the same one twice is one request
        writing = pool.submit(lambda: tokens(engine.generate(text(15), GREEDY, max_new_tokens=1)))
        until(lambda: engine.status().waiting == 8)
        gate.open.set()
        traces = [one.result(SOON) for one in asked]
        written = writing.result(SOON)
    assert len(rows) == 2  # the seven short ones, of 16 rows each; the long one
    assert sorted(rows) == [60, 7 * 16]
    alone = Engine(engine.loaded)
    for ids, trace in zip(prompts, traces, strict=False):
        assert trace.token_ids == ids
        same(trace.resid, alone.trace(ids).resid)
        same(trace.logits, alone.trace(ids).logits)
    assert written == tokens(alone.generate(text(15), GREEDY, max_new_tokens=1))
    alone.close()


def test_a_fault_in_reading_together_leaves_each_to_itself(engine: Engine, monkeypatch, caplog):
    def fails(*_args):
        raise MemoryError

    monkeypatch.setattr(prefix_cache, "prefill_together", fails)
    gate = Gate(engine)
    with ThreadPoolExecutor(3) as pool:
        asked = [pool.submit(engine.trace, text(14, seed=n)) for n in range(3)]
        until(lambda: engine.status().waiting == 3)
        gate.open.set()
        assert [one.result(SOON).token_ids for one in asked] == [text(14, seed=n) for n in range(3)]
    assert "together" in caplog.text


def test_no_more_are_read_ahead_than_can_be_kept(storyteller: Engine, monkeypatch):
    forward = storyteller.owner.forward
    engine = Engine(storyteller.loaded, cache_bytes=2 * 4 * size_of(forward, 20))  # half for texts
    rows, gate = passes(engine, monkeypatch), Gate(engine)
    with ThreadPoolExecutor(6) as pool:
        asked = [pool.submit(engine.trace, text(14, seed=n)) for n in range(6)]
        until(lambda: engine.status().waiting == 6)
        gate.open.set()
        for one in asked:
            one.result(SOON)
    assert rows == [28, 28, 28]  # two at a time: what is read ahead must still be there then
    engine.close()
