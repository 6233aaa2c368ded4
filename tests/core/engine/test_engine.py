"""The engine as sessions see it: results, company, limits, status."""

from __future__ import annotations

import json
import logging
from concurrent.futures import ThreadPoolExecutor

import numpy as np
import pytest
import torch

from core.engine import owner
from core.engine.engine import Engine
from core.engine.fair_queue import client
from core.engine.transformers_batch import TransformersBatch
from core.errors import EmptyPrompt, OutOfRange, RequestFailed, TooManyTokens
from core.model.load import load_model
from tests.core.engine.common import DRAWN, GREEDY, PROMPT, SOON, Gate, tokens, until


def test_greedy_is_transformers_generate(engine: Engine, oracle_of):
    ids = engine.ids(PROMPT)
    with torch.inference_mode():
        want = oracle_of(engine.loaded.source).generate(
            torch.tensor([ids]), max_new_tokens=80, do_sample=False, pad_token_id=50256
        )
    assert (
        tokens(engine.generate(PROMPT, GREEDY, max_new_tokens=80)) == want[0, len(ids) :].tolist()
    )


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
    monkeypatch.setattr(owner, "is_plain", lambda _loaded: False)
    plain = Engine(storyteller.loaded)
    assert isinstance(plain.owner.sequences.batch, TransformersBatch)
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
    held = {t.data_ptr() for t in engine.owner.forward.weights}
    assert len(held) == 12 * engine.shape.n_layer
    assert held <= owned


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
