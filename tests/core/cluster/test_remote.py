"""A backend elsewhere answers as the engine does: the same numbers, the same sentences."""

from __future__ import annotations

import threading
import time
from concurrent.futures import ThreadPoolExecutor

import numpy as np
import pytest

from core.cluster import remote as module
from core.cluster import streams
from core.cluster.errors import ClusterLost, Lost, OtherVersion, TooLarge
from core.cluster.remote import Remote
from core.cluster.servant import Rounds, Servant
from core.engine.comparison import side_by_side
from core.engine.engine import Engine
from core.errors import Busy, EmptyPrompt, OutOfRange, TooManyTokens
from core.language import current_language
from core.sampling.settings import SamplingSettings
from core.views.attention import LayerAttention
from core.views.neighbours import neighbours
from core.views.swap import change_between
from tests.core.cluster.loop import LoopWire
from tests.core.engine.common import DRAWN, GREEDY, PROMPT, SOON, Gate, tokens, until


def attention_of(backend) -> LayerAttention:
    return backend.attention(backend.trace(PROMPT), 1)


def test_traces_attention_and_lens_are_the_engines_own(
    remote: Remote, tiny: Engine, wire: LoopWire
):
    wire.dead.add(1)  # another engine may choose other products, and round otherwise
    mine, theirs = remote.trace(PROMPT), tiny.trace(PROMPT)
    assert (mine.token_ids, mine.pieces) == (theirs.token_ids, theirs.pieces)
    assert (mine.n_layer, mine.n_ctx) == (theirs.n_layer, theirs.n_ctx)
    assert np.array_equal(mine.logits, theirs.logits)
    here, there = attention_of(tiny), attention_of(remote)
    for name in ("q", "k", "v", "pattern"):
        assert np.array_equal(getattr(here, name), getattr(there, name)), name
    lens, far = tiny.logit_lens(theirs), remote.logit_lens(mine)
    assert np.array_equal(lens.top_probs, far.top_probs)
    assert np.array_equal(lens.top_ids, far.top_ids)


def test_residuals_stay_until_they_are_asked_for(remote: Remote, wire: LoopWire, tiny: Engine):
    wire.dead.add(1)
    one, other = remote.trace(PROMPT), remote.trace(PROMPT + " and")
    remote.view(change_between, one, remote.trace(remote.ids(PROMPT)[::-1]))
    assert "resid" not in {verb for verb, _group, _number in wire.asked}
    assert np.array_equal(one.resid, tiny.trace(PROMPT).resid)
    assert [verb for verb, _group, _number in wire.asked].count("resid") == 1
    assert one.resid is one.resid
    assert other.n_ctx == one.n_ctx + 1


def test_a_prompt_stays_with_its_replica_and_what_came_is_not_asked_for_again(
    remote: Remote, wire: LoopWire
):
    for _again in range(3):
        attention_of(remote)
    asked = wire.asked[1:]  # after the card
    assert [verb for verb, _group, _number in asked] == ["trace", "view"]
    assert len({(group, number) for _verb, group, number in asked}) == 1


@pytest.mark.parametrize("settings", [GREEDY, DRAWN], ids=["greedy", "drawn"])
def test_the_same_seed_gives_the_same_tokens(remote: Remote, tiny: Engine, settings):
    asked = {"seed": 4, "max_new_tokens": 12}
    mine, theirs = (list(b.generate(PROMPT, settings, **asked)) for b in (tiny, remote))
    assert [(s.index, s.token_id, s.u) for s in mine] == [
        (s.index, s.token_id, s.u) for s in theirs
    ]
    for a, b in zip(mine, theirs, strict=True):
        assert np.abs(a.logits - b.logits).max() <= 1e-4 * np.abs(a.logits).max()


def test_many_are_written_together(remote: Remote, tiny: Engine, wire: LoopWire):
    asked = {"seeds": [1, 2, 3], "max_new_tokens": 6}
    mine = [tokens(run) for run in tiny.generate_many(PROMPT, DRAWN, **asked)]
    assert [tokens(run) for run in remote.generate_many(PROMPT, DRAWN, **asked)] == mine


@pytest.mark.parametrize("after", [0, 1, 5])
def test_a_stream_goes_on_where_its_replica_died(
    remote: Remote, wire: LoopWire, tiny: Engine, after: int
):
    """No error, no token twice, none left out, and the tokens that would have come anyway."""
    asked = {"seeds": [7, 8], "max_new_tokens": 9}
    want = [tokens(run) for run in tiny.generate_many(PROMPT, DRAWN, **asked)]
    runs = remote.generate_many(PROMPT, DRAWN, **asked)
    got = [[next(run).token_id for _ in range(after)] for run in runs]
    wire.dead.add(wire.asked[-1][2])
    for tokens_so_far, run in zip(got, runs, strict=True):
        tokens_so_far.extend(tokens(run))
    assert got == want


def test_a_question_is_asked_again_where_its_replica_died(remote: Remote, wire: LoopWire):
    first = remote.trace(PROMPT)
    wire.dead.add(wire.asked[-1][2])
    assert remote.attention(first, 0).pattern.shape[1] == first.n_ctx
    assert len({number for _verb, _group, number in wire.asked}) == 2


def test_without_any_replica_there_is_a_sentence(remote: Remote, wire: LoopWire, monkeypatch):
    monkeypatch.setattr(module, "PATIENCE", 0.2)
    wire.dead |= {0, 1}
    with pytest.raises(ClusterLost, match="has not answered"):
        remote.trace(PROMPT)
    wire.dead.clear()  # replicas come back
    assert remote.trace(PROMPT).n_ctx


def test_a_stream_that_is_closed_frees_its_place_within_a_step(tiny: Engine, wire: LoopWire):
    wire.dead.add(1)
    remote = Remote(wire)
    steps = remote.generate(PROMPT, GREEDY, max_new_tokens=30)
    next(steps)
    gate = Gate(tiny)
    steps.close()
    before = tiny.status().tokens
    gate.open.set()
    until(lambda: tiny.status().generating == 0)
    assert tiny.status().tokens - before <= 1
    assert list(steps) == []


def test_refusals_arrive_as_the_same_sentences(remote: Remote, wire: LoopWire, tiny: Engine):
    for backend in (tiny, remote):
        with pytest.raises(EmptyPrompt):
            backend.trace(())
        with pytest.raises(TooManyTokens):
            backend.generate((5,) * 65, GREEDY)
        with pytest.raises(OutOfRange):
            backend.attention(backend.trace(PROMPT), 99)
        with pytest.raises(ValueError, match="no such"):
            backend.view(refuses, "no such")


def refuses(_loaded, what: str) -> None:
    raise ValueError(what)


def test_a_full_queue_is_the_same_refusal(tiny_folder, wire: LoopWire):
    from core.model.load import load_model

    engine = Engine(load_model(str(tiny_folder)), queue_limit=1)
    remote = Remote(LoopWire(Servant(engine, wire.servants[0]._code)))
    gate = Gate(engine)
    engine.submit(refuses, "waits")
    before = current_language.set("it")
    try:
        with pytest.raises(Busy) as far:
            remote.generate_many(PROMPT, GREEDY, seeds=[1])
        with pytest.raises(Busy) as near:
            engine.generate_many(PROMPT, GREEDY, seeds=[1])
        assert str(far.value) == str(near.value)
    finally:
        current_language.reset(before)
    gate.open.set()
    engine.close()


def test_each_session_has_its_share_at_the_replica(remote: Remote, wire: LoopWire, tiny: Engine):
    """One session with many texts does not keep another one's short view waiting."""
    from core.engine.fair_queue import client

    wire.dead.add(1)
    done: list[str] = []

    def ask(who: str, n: int) -> None:
        client.set(who)
        remote.call(counted, n)
        done.append(who)

    gate = Gate(tiny)
    with ThreadPoolExecutor(9) as pool:
        many = [pool.submit(ask, "greedy", n) for n in range(8)]
        until(lambda: tiny.status().waiting == 8)
        one = pool.submit(ask, "modest", 99)
        until(lambda: tiny.status().waiting == 9)
        gate.open.set()
        for asked in (*many, one):
            asked.result(SOON)
    assert done.index("modest") <= 3


def counted(_loaded, n: int) -> int:
    time.sleep(0.02)
    return n


def test_other_code_is_refused_at_the_door_and_at_each_question(wire: LoopWire):
    with pytest.raises(OtherVersion, match="another version"):
        Remote(wire, code="0" * 12)
    remote = Remote(wire)
    for servant in wire.servants:
        servant._code = "f" * 12  # deployed anew, while a class is on
    with pytest.raises(OtherVersion, match="f" * 12):
        remote.trace(PROMPT)


def test_a_result_beyond_the_bound_is_a_sentence(tiny: Engine, wire: LoopWire):
    code = wire.servants[0]._code
    remote = Remote(LoopWire(Servant(tiny, code, most_bytes=300_000)))
    trace = remote.trace(PROMPT * 4)
    with pytest.raises(TooLarge, match="Shorten"):
        remote.call(large)
    assert trace.n_ctx


def large(_loaded) -> np.ndarray:
    return np.zeros(10**6)


def test_a_slow_network_costs_each_question_once(remote: Remote, wire: LoopWire):
    wire.delay = 0.05
    begin = time.monotonic()
    with ThreadPoolExecutor(30) as pool:  # thirty who look at the same thing
        found = list(pool.map(lambda _n: attention_of(remote).pattern, range(30)))
    assert time.monotonic() - begin < 2.0
    assert all(np.array_equal(one, found[0]) for one in found)
    assert len(wire.asked) == 3


def test_beams_come_out_the_same_also_where_their_cache_was_lost(
    remote: Remote, wire: LoopWire, tiny: Engine
):
    asked = {"seeds": [1], "n_beams": 3, "max_new_tokens": 6}
    plain = SamplingSettings()
    *_all, want = side_by_side(tiny, tiny.ids(PROMPT), plain, **asked)
    for lost in (False, True):
        steps = side_by_side(remote, remote.ids(PROMPT), plain, **asked)
        while not (found := next(steps)).search.done:
            for servant in wire.servants if lost else ():
                servant._searches.clear()
        assert [h.token_ids for h in found.search.finished] == [
            h.token_ids for h in want.search.finished
        ]
        assert [c.token_id for c in found.greedy] == [c.token_id for c in want.greedy]


def test_the_figures_are_all_replicas_together(remote: Remote, tiny: Engine, wire: LoopWire):
    list(remote.generate(PROMPT, GREEDY, max_new_tokens=3))
    found = remote.status()
    assert found.replicas == 2
    assert found.model == tiny.key
    assert found.tokens == sum(s.engine.status().tokens for s in wire.servants)
    assert found.weight_bytes == 2 * tiny.loaded.n_bytes
    assert found.clients == 1  # though both replicas were asked for the card and the text
    assert tiny.status().replicas is None


def test_where_one_replica_after_the_other_dies_a_reader_is_told(
    remote: Remote, wire: LoopWire, monkeypatch
):
    monkeypatch.setattr(streams, "PATIENCE", 0.2)
    monkeypatch.setattr(wire, "stream", lambda _asked, _sticky: Dying())
    with pytest.raises(ClusterLost, match="has not answered"):
        next(remote.generate(PROMPT, GREEDY))


class Dying:
    """What is read from a replica that is lost at once."""

    def __next__(self):
        raise Lost()

    def close(self) -> None:
        pass


def test_tokens_and_words_are_known_here(remote: Remote, tiny: Engine):
    assert remote.ids(PROMPT) == tiny.ids(PROMPT)
    assert remote.shape == tiny.shape
    assert remote.loaded.n_bytes == tiny.loaded.n_bytes
    assert remote.loaded.placement == tiny.loaded.placement
    asked = neighbours, (remote.ids(" king")[0],), "cosine", 5, True
    assert repr(remote.view(*asked)) == repr(tiny.view(*asked))


def test_a_reader_in_a_thread_is_let_go_when_another_one_closes(remote: Remote):
    steps = remote.generate(PROMPT, GREEDY, max_new_tokens=40)
    reading = threading.Thread(target=lambda: list(steps))
    reading.start()
    steps.close()
    reading.join(SOON)
    assert not reading.is_alive()


def test_steps_of_a_little_while_go_together_but_the_first_at_once(tiny: Engine):
    asked = {"seeds": [1, 2], "max_new_tokens": 7}
    rounds = Rounds(tiny.generate_many(PROMPT, DRAWN, **asked))
    first, rest = rounds.some(60.0), rounds.some(60.0)
    assert [step.index for _number, step in first] == [0, 0]
    assert sorted(step.index for number, step in rest if number == 1) == [1, 2, 3, 4, 5, 6]
    assert rounds.some(60.0) is None
