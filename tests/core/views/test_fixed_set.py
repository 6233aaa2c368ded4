"""Heads measured on a prompt and on the fixed set."""

from __future__ import annotations

import numpy as np

from core.views.fixed_set import FIXED_SET, fixed_tallies
from core.views.head_kinds import token_kinds
from core.views.head_scores import head_scores, scores_of
from core.views.thumbnails import layer_summary
from tests.core.views.heads import STORY


def test_summary_and_fixed_set_measure_what_head_scores_measures(tiny) -> None:
    trace = tiny.trace(STORY)
    summary = tiny.view(layer_summary, trace, 1)
    pattern = tiny.attention(trace, 1).pattern
    direct = head_scores(pattern, trace.token_ids, token_kinds(trace.pieces))
    assert np.allclose(scores_of(summary.tally)["previous"], direct["previous"])
    text = FIXED_SET[0]
    tallies = tiny.view(fixed_tallies, text)
    again = tiny.attention(tiny.trace(text), 2).pattern
    expected = head_scores(again, tiny.ids(text)[: tiny.shape.n_ctx])
    assert np.allclose(scores_of(tallies[2])["induction"], expected["induction"])


def test_every_fixed_text_fits_and_every_kind_can_be_seen(tiny) -> None:
    total = [tiny.view(fixed_tallies, text)[0] for text in FIXED_SET]
    assert all(sum(t.queries[k] for t in total) > 10 for k in total[0].queries)
