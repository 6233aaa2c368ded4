"""Who is in the batch: places, turns, readers that wait or leave."""

from __future__ import annotations

import gc
from concurrent.futures import ThreadPoolExecutor

import pytest

from core.engine import sequences
from core.engine.engine import Engine
from core.errors import RequestFailed
from tests.core.engine.common import DRAWN, PROMPT, tokens, until


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
    until(lambda: len(engine.owner.sequences.stalled) == 1)  # some steps ahead, then it waits
    assert engine.status().kv_bytes == 0
    assert engine.busy
    got += tokens(steps)
    assert got == want


def test_a_sequence_that_nobody_reads_is_given_up(engine: Engine, monkeypatch):
    steps = engine.generate(PROMPT, DRAWN, max_new_tokens=100)
    next(steps)
    until(lambda: len(engine.owner.sequences.stalled) == 1)
    monkeypatch.setattr(sequences, "PATIENCE", -1.0)
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
