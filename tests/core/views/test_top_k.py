"""The largest values against torch.topk."""

from __future__ import annotations

import torch
from hypothesis import given, settings
from hypothesis import strategies as st

from core.views.top_k import top_k


@settings(max_examples=40, deadline=None)
@given(
    st.integers(1, 5),
    st.integers(1, 9_000),
    st.integers(1, 12),
    st.integers(0, 2**31),
    st.booleans(),
)
def test_the_largest_values_are_topks(rows, width, k, seed, many_ties):
    generator = torch.Generator().manual_seed(seed)
    logits = torch.randn(rows, width, generator=generator)
    if many_ties:
        logits = logits.round()
    values, places = top_k(logits, min(k, width))
    assert torch.equal(values, logits.topk(min(k, width)).values)
    assert torch.equal(logits.gather(1, places), values)
    assert all(len(set(row.tolist())) == len(row) for row in places)
