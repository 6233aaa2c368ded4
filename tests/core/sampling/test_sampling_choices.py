"""Choices as a tree, runs against generate, openings, work in the background."""

from __future__ import annotations

import csv
import io
import json
import threading
import time
from dataclasses import replace

import numpy as np
import pytest
import torch
from hypothesis import given
from hypothesis import strategies as st

from core.engine import continuations
from core.engine.jobs import Job
from core.sampling import choices, openings
from core.sampling.choices import ROOT, Choice, Story
from core.sampling.stages import SamplingSettings, next_logits

SETTINGS = SamplingSettings(1.1, 0.9, 40, 0.95)


def choice(token_id: int, how: str = "by hand") -> Choice:
    return Choice(token_id, b"=%d" % token_id, how, 0.5, 0.25, 2, None, SETTINGS)


moves = st.lists(
    st.one_of(st.integers(0, 3).map(lambda t: ("choose", t)), st.just(("undo", 0)),
              st.just(("redo", 0)), st.integers(-1, 12).map(lambda i: ("go", i))),
    max_size=25,
)  # fmt: skip


@given(moves)
def test_nothing_is_lost_whatever_is_done(done) -> None:
    story, made = Story(), set()
    for what, value in done:
        if what == "choose":
            before = [c.token_id for c in choices.taken(story)]
            story = choices.choose(story, choice(value))
            assert [c.token_id for c in choices.taken(story)] == [*before, value]
            made.add((*before, value))
        elif what == "undo":
            at = story.at
            story = choices.undo(story)
            if at != ROOT:
                assert choices.redo(story).at == at
        elif what == "redo":
            story = choices.redo(story)
        elif value < len(story.choices):
            story = choices.go_to(story, value)
            assert story.at == value
    found = {
        tuple(story.choices[i].token_id for i in choices.way_to(story, at))
        for at in range(len(story.choices))
    }
    assert found == made
    assert len(story.ahead) == len(story.choices) + 1
    with pytest.raises(IndexError):
        choices.go_to(story, len(story.choices))


def test_a_fork_keeps_both_branches() -> None:
    story = Story()
    for token in (1, 2, 3):
        story = choices.choose(story, choice(token))
    story = choices.choose(choices.undo(choices.undo(story)), choice(9))
    assert [c.token_id for c in choices.taken(story)] == [1, 9]
    assert [choices.way_to(story, e) for e in choices.ends(story)] == [(0, 1, 2), (0, 3)]
    assert choices.redo(choices.undo(story)).at == story.at


def test_export_can_be_read_back() -> None:
    steps = [choice(1), choice(2, "greedy")]
    rows = list(csv.DictReader(io.StringIO(choices.as_csv(steps))))
    assert [r["token_id"] for r in rows] == ["1", "2"]
    assert rows[0]["text"] == "'=1"  # no spreadsheet runs a token as a formula
    book = json.loads(choices.as_json(steps, model="m", prompt="p", seed=3))
    assert book["seed"] == 3
    assert book["steps"][1] == {**book["steps"][1], "how": "greedy", "text": "=2", "top_k": 40}
    assert choices.as_csv([]).strip() == "step"


@pytest.mark.parametrize("settings", [SETTINGS, SamplingSettings(temperature=0.0)])
def test_a_story_drawn_by_hand_is_the_run_of_its_seed(storyteller, settings) -> None:
    ids = storyteller.ids("Once upon a time")
    run = list(continuations.write(storyteller, ids, settings, seed=5, max_new_tokens=8))
    story = Story()
    for n in range(8):
        before = (*ids, *(c.token_id for c in choices.taken(story)))
        logits = storyteller.view(next_logits, before)
        u = None if settings.greedy else choices.number(5, n)
        made = choices.make(storyteller.tokenizer, logits, settings, before, u=u)
        story = choices.choose(story, made)
    drawn = choices.taken(story)
    assert [c.token_id for c in drawn] == [c.token_id for c in run]
    assert [c.how for c in drawn] == [c.how for c in run]
    assert [c.probability for c in drawn] == pytest.approx(
        [c.probability for c in run], rel=1e-3, abs=1e-5
    )
    assert [c.rank for c in drawn] == [c.rank for c in run]


def test_greedy_is_generates(storyteller, oracle_of) -> None:
    ids = storyteller.ids("The little dog")
    greedy = SamplingSettings(temperature=0.0)
    run = list(continuations.write(storyteller, ids, greedy, seed=0, max_new_tokens=20))
    given = torch.tensor([ids])
    want = oracle_of(storyteller.loaded.source).generate(
        given, attention_mask=torch.ones_like(given), do_sample=False, max_new_tokens=20,
        pad_token_id=50256,
    )  # fmt: skip
    assert [c.token_id for c in run] == want[0, len(ids) :].tolist()


def test_stop_texts_and_other_ends(storyteller, tiny) -> None:
    ids = storyteller.ids("The king")
    greedy = SamplingSettings(temperature=0.0)

    def write(engine, ids, n, stop_at=""):
        found = list(
            continuations.write(engine, ids, greedy, seed=0, max_new_tokens=n, stop_at=stop_at)
        )
        why = continuations.why_ended(
            len(ids),
            found,
            n_ctx=engine.shape.n_ctx,
            end_of_text=engine.tokenizer.eos_token_id,
            max_new_tokens=n,
            stop_at=stop_at,
            stopped=False,
        )
        return found, why

    whole, why = write(storyteller, ids, 12)
    assert why == "length"
    text = choices.text_of(whole)
    stopped, why = write(storyteller, ids, 12, text[:6])
    assert why == "stop text"
    assert len(stopped) < len(whole)
    assert write(storyteller, ids, 12, "never to be met")[1] == "length"
    full, why = write(tiny, tuple(range(500, 563)), 30)
    assert why == "context"
    assert len(full) == 2


def test_side_by_side(storyteller) -> None:
    ids = storyteller.ids("The fox")
    # Without a penalty a beam's score is the model's own log-probability per token.
    plain = replace(SETTINGS, repetition_penalty=1.0)
    *_rest, last = continuations.compare(
        storyteller, ids, plain, seeds=(1, 2), n_beams=3, max_new_tokens=5
    )
    assert last.share == 1
    ways, variety = continuations.measure(storyteller, ids, last)
    assert len(ways) == 4
    assert ways[0].log_prob == pytest.approx(
        sum(np.log(c.model_probability) for c in last.greedy), abs=1e-3
    )
    best = last.search.finished[0]
    assert ways[-1].log_prob == pytest.approx(best.score * len(best.token_ids), abs=1e-3)
    assert 0 < variety <= 1


def test_many_draws_are_the_runs_of_their_seeds(storyteller) -> None:
    ids = storyteller.ids("The fox")
    *_rest, last = continuations.many(storyteller, ids, SETTINGS, seeds=range(4), max_new_tokens=5)
    for seed, one in enumerate(last):
        alone = continuations.write(storyteller, ids, SETTINGS, seed=seed, max_new_tokens=5)
        assert one.token_ids == tuple(c.token_id for c in alone)


def test_openings_add_up() -> None:
    assert openings.words(" king's men, the", 3) == ("king", "'", "s")
    assert openings.words("\n ", 3) == ()
    tree = openings.openings([" a b c", " a b d", " a x", " q", ""], depth=2)
    first = [(b.word, b.start, b.count) for b in tree if b.depth == 0]
    assert first == [("a", 0, 3), ("", 3, 1), ("q", 4, 1)]
    second = [(b.word, b.start, b.count) for b in tree if b.before == ("a",)]
    assert second == [("b", 0, 2), ("x", 2, 1)]
    probs = np.array([0.5, 0.3, 0.2, 0.0], dtype=np.float32)
    rows = openings.first_tokens([1, 1, 0], probs)
    assert [(r.token_id, r.count) for r in rows] == [(1, 2), (0, 1), (2, 0)]
    assert rows[0].expected == pytest.approx(0.9)


def test_a_job_can_be_watched_stopped_and_left() -> None:
    closed = threading.Event()

    def count():
        try:
            n = 0
            while True:
                yield n
                n += 1
                time.sleep(0.001)
        finally:
            closed.set()

    job = Job(count())
    while len(job.watch()) < 3:
        time.sleep(0.001)
    job.stop()
    assert job.done
    assert job.wait(5)
    assert closed.wait(5)
    kept = job.watch()
    assert kept[:3] == (0, 1, 2)
    assert job.stopped
    left = Job(count(), patience=0.05)
    assert left.wait(5), "a job that nobody watches must end by itself"

    def broken():
        yield 1
        raise ValueError("no")

    failed = Job(broken())
    assert failed.wait(5)
    assert failed.watch() == (1,)
    assert isinstance(failed.error, ValueError)
