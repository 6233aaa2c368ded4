"""The logit lens against plain transformers, and its frugal version against the plain one."""

from __future__ import annotations

import numpy as np
import pytest
import torch

from core.tokens.encoding import encode
from core.views.logit_lens import LogitLens, lens_rows, whole_lens
from core.views.logit_lens_frugal import LENS_ROWS, logit_lens
from tests.oracle import TEXT, same


def test_the_lens_is_ln_f_once_and_the_head_everywhere(engine, trace, plain, watched):
    got = engine.logit_lens(trace, watched=(262, 11))
    with torch.inference_mode():
        streams = [watched.inputs[f"transformer.h.{i}"][0] for i in range(trace.n_layer)]
        streams.append(watched.inputs["transformer.ln_f"][0])
        logits = plain.lm_head(plain.transformer.ln_f(torch.stack(streams)))
    probs = logits.double().softmax(-1)
    top = probs.topk(10)
    assert got.top_ids.shape == (trace.n_layer + 1, trace.n_ctx, 10)
    same(got.top_probs, top.values)
    same(np.take_along_axis(probs.numpy(), got.top_ids.astype(int), -1), top.values)
    same(got.entropy, -(probs * probs.log2()).sum(-1))
    same(got.watched_probs, probs[..., [262, 11]])
    ranks = np.stack([(logits > logits[..., [i]]).sum(-1) + 1 for i in (262, 11)], -1)
    # Two logits closer than rounding may change places.
    assert np.abs(got.watched_ranks - ranks).max() <= 2
    # The last row is the model's own answer, not one with a second ln_f.
    own = watched.logits.softmax(-1)
    same(got.top_probs[-1], own.topk(10).values)
    assert (got.top_ids[-1, :, 0] == own.argmax(-1).numpy()).all()


def test_the_frugal_lens_is_the_plain_one(engine, trace):
    plain = engine.view(whole_lens, trace, 7, (262, 11))
    frugal = engine.logit_lens(trace, top=7, watched=(262, 11))
    for name in ("top_probs", "entropy", "watched_probs"):
        same(getattr(frugal, name), getattr(plain, name))
    # Two logits closer than rounding may change places.
    assert (frugal.top_ids == plain.top_ids).mean() > 0.99
    assert np.abs(frugal.watched_ranks - plain.watched_ranks).max() <= 2


def test_the_lens_through_a_window_is_the_same(engine, trace):
    whole = engine.logit_lens(trace)
    part = engine.logit_lens(trace, 3, 8)
    assert (part.start, part.stop) == (3, 8)
    assert (part.top_ids == whole.top_ids[:, 3:8]).all()
    same(part.top_probs, whole.top_probs[:, 3:8])


def test_the_lens_keeps_no_logits(engine, trace):
    got = engine.logit_lens(trace)
    kept = sum(a.nbytes for a in (got.top_ids, got.top_probs, got.entropy))
    assert kept <= (trace.n_layer + 1) * trace.n_ctx * (10 * 8 + 4)
    with pytest.raises(ValueError, match="read-only"):
        got.top_probs[0, 0, 0] = 1.0


def test_the_head_meets_a_few_rows_at_a_time(engine, trace):
    """Memory does not grow with layers x vocabulary: no call makes more logits than this."""
    rows = []
    handle = engine.loaded.model.lm_head.register_forward_hook(
        lambda _module, _inputs, out: rows.append(out.shape[:-1].numel())
    )
    try:
        engine.view(logit_lens, trace, 0, None, 7, (3,))
    finally:
        handle.remove()
    assert sum(rows) == (trace.n_layer + 1) * trace.n_ctx
    assert max(rows) <= LENS_ROWS


def test_the_lens_as_a_table(tiny):
    trace = tiny.trace(TEXT)
    got = tiny.logit_lens(trace, 2, 4, top=3, watched=(262,))
    rows = lens_rows(got, encode(tiny.tokenizer, TEXT, 1000), str)
    places = (trace.n_layer + 1) * 2
    assert len(rows) == places * 4
    last = [r for r in rows if (r["row"], r["position"]) == (trace.n_layer, 3)]
    assert [r["kind"] for r in last] == ["top"] * 3 + ["watched"]
    assert [r["probability"] for r in last[:3]] == pytest.approx(got.top_probs[-1, 1])
    assert (last[3]["rank"], last[3]["name"]) == (got.watched_ranks[-1, 1, 0], "262")
    assert {r["token"] for r in rows} == {" a", " time"}


def test_when_a_place_has_settled():
    ids = np.array([[5, 1, 9], [5, 2, 9], [7, 2, 8], [7, 2, 9]])[..., None]
    empty = np.zeros((4, 3, 0))
    got = LogitLens(0, ids, ids, ids, (), empty, empty)
    assert got.settled.tolist() == [2, 1, 3]
