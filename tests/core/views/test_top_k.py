"""The largest values against torch.topk."""

from __future__ import annotations

import numpy as np
import torch
from hypothesis import given, settings
from hypothesis import strategies as st

from core.views.top_k import top_k
from tests.core.sampling.examples import logits_of


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


@given(st.integers(0, 10_000), st.integers(1, 60), st.sampled_from([64, 2_000, 9_001]))
@settings(max_examples=60, deadline=None)
def test_the_largest_of_small_blocks(seed: int, k: int, n_vocab: int) -> None:
    rows = np.stack([logits_of(seed + i, n_vocab) for i in range(3)])
    rows[2] = np.round(rows[2])  # many equal ones
    values, ids = top_k(torch.from_numpy(rows), k, block=32)
    assert np.array_equal(values.numpy(), -np.sort(-rows, axis=1)[:, :k])
    assert np.array_equal(np.take_along_axis(rows, ids.numpy(), 1), values.numpy())
    assert all(len(set(row)) == k for row in ids.tolist())
