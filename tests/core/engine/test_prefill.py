"""Prefill: pieces and prefixes that are shared."""

from __future__ import annotations

import pytest
import torch

from core.engine.engine import Engine
from core.engine.forward import Forward
from core.engine.prefill import common_prefix, prefill_together, size_of
from tests.core.engine.oracle import read_all, same, text


def test_pieces_and_prefixes_change_nothing(storyteller: Engine):
    forward = Forward(storyteller.loaded)
    ids = text(200)
    whole, one = read_all(forward, ids)
    pieces, many = read_all(forward, ids, chunk=64)
    assert (one, many) == (1, 4)
    other, _n = read_all(forward, (*ids[:150], *text(9, seed=1)))
    reused, _n = read_all(forward, ids, before=other)
    again, _n = read_all(forward, ids, before=whole)  # all of it known: the last row is computed
    for read in (pieces, reused, again):
        same(read.resid, whole.resid)
        same(read.logits, whole.logits)
        for mine, theirs in zip(read.kv, whole.kv, strict=True):
            same(mine.numpy(), theirs.numpy())
    assert not whole.resid.flags.writeable
    assert not whole.logits.flags.writeable


@pytest.mark.parametrize("which", ["storyteller", "tiny", "offloaded", "half"])
def test_together_each_is_as_alone(request: pytest.FixtureRequest, which: str):
    """Texts of several lengths in one pass; each keeps its own numbers and nothing of others'."""
    found = request.getfixturevalue(which)
    forward = Forward(found.loaded if isinstance(found, Engine) else found)
    texts = [text(n, seed=n) for n in (9, 1, 12, 12, 7)]
    with torch.inference_mode():
        together = prefill_together(forward, texts)
    for ids, read in zip(texts, together, strict=True):
        alone, _n = read_all(forward, ids)
        assert read.ids == ids
        assert read.n_bytes == size_of(forward, len(ids))
        same(read.resid, alone.resid)
        same(read.logits, alone.logits)
        for mine, theirs in zip(read.kv, alone.kv, strict=True):
            same(mine.float().numpy(), theirs.float().numpy())
            assert mine.untyped_storage().nbytes() <= read.n_bytes
        assert not read.resid.flags.writeable
        assert not read.logits.flags.writeable
        assert read.resid.base is None or read.resid.base.nbytes == read.resid.nbytes


def test_common_prefix():
    assert common_prefix((1, 2, 3), (1, 2, 4, 5)) == 2
    assert common_prefix((1, 2), (1, 2, 3)) == 2
    assert common_prefix((), (1,)) == 0
    assert common_prefix((9,), (1,)) == 0
