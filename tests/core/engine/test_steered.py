"""Texts written with the knob turned: each step is the knob on the text so far."""

from __future__ import annotations

import time

import numpy as np
import pytest

from core.engine.jobs import Job
from core.engine.steered import SETTINGS, write_turned
from core.errors import LearnerError, OutOfRange
from core.sampling.generation import choose
from core.views.steering import steered_logits

A, B, TEXT = "There was a queen", "There was a king", "The old man said that"


def test_every_token_is_the_likeliest_of_the_turned_text(storyteller) -> None:
    a, b, ids = storyteller.trace(A), storyteller.trace(B), storyteller.ids(TEXT)
    steps = list(write_turned(storyteller, ids, a, b, 4, 2.0, 5))
    assert [len(step.turned) for step in steps] == [1, 2, 3, 4, 5]
    found = steps[-1]
    for n, token in enumerate(found.turned):
        so_far = (*ids, *found.turned[:n])
        logits = storyteller.view(steered_logits, storyteller.trace(so_far), a, b, 4, 2.0)
        assert token == choose(logits, SETTINGS, so_far, np.random.default_rng(0))[0]
    none = list(write_turned(storyteller, ids, a, b, 4, 0.0, 5))[-1]
    assert none.plain == none.turned == found.plain


def test_it_ends_where_the_context_is_full(tiny) -> None:
    ids = tiny.ids(TEXT * 20)[: tiny.shape.n_ctx - 1]
    a, b = tiny.trace(A), tiny.trace(B)
    steps = list(write_turned(tiny, ids, a, b, 1, 1.0, 40))
    assert len(steps[-1].plain) <= 2


def test_who_stops_or_leaves_it_leaves_nothing_running(storyteller) -> None:
    a, b, ids = storyteller.trace(A), storyteller.trace(B), storyteller.ids(TEXT)
    for patience, stop in ((10.0, True), (0.0, False)):
        job = Job(write_turned(storyteller, ids, a, b, 3, 1.5, 400), patience=patience)
        if stop:
            job.stop()
        assert job.wait(20)
        assert len(job.watch()) < 400
        deadline = time.monotonic() + 5
        while storyteller.busy and time.monotonic() < deadline:
            time.sleep(0.01)
        assert not storyteller.busy


def test_a_wild_knob_gives_a_sentence(tiny, monkeypatch) -> None:
    a, b, text = tiny.trace(A), tiny.trace(B), tiny.trace(TEXT)
    with pytest.raises(OutOfRange, match="Turn the knob back"):
        tiny.call(steered_logits, text, a, b, 1, 1e38)
    job = Job(write_turned(tiny, text.token_ids, a, b, 1, 1e38, 4))
    assert job.wait(20)
    assert isinstance(job.error, LearnerError)
