"""Prefill: pieces and prefixes that are shared."""

from __future__ import annotations

from core.engine.engine import Engine
from core.engine.forward import Forward
from core.engine.prefill import common_prefix
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


def test_common_prefix():
    assert common_prefix((1, 2, 3), (1, 2, 4, 5)) == 2
    assert common_prefix((1, 2), (1, 2, 3)) == 2
    assert common_prefix((), (1,)) == 0
    assert common_prefix((9,), (1,)) == 0
