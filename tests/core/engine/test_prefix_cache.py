"""Texts that begin like an earlier one."""

from __future__ import annotations

import numpy as np

from core.engine.engine import Engine
from tests.core.engine.common import GREEDY, PROMPT


def test_a_text_that_goes_on_is_read_from_where_it_parts(engine: Engine, monkeypatch):
    rows = []
    embed = engine.owner.forward.embed
    monkeypatch.setattr(
        engine.owner.forward, "embed", lambda ids, at: (rows.append(len(ids)), embed(ids, at))[1]
    )
    ids = engine.ids(PROMPT * 4)
    engine.trace(ids)
    got = engine.trace((*ids, 262))
    list(engine.generate((*ids, 262), GREEDY, max_new_tokens=1))  # known whole: nothing to read
    assert rows == [len(ids), 1]
    want = Engine(engine.loaded)
    alone = want.trace((*ids, 262))
    want.close()
    assert np.abs(got.resid - alone.resid).max() <= 1e-4 * np.abs(alone.resid).max()
