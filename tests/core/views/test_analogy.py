"""Calculating with words against brute-force NumPy."""

from __future__ import annotations

import numpy as np
import pytest
import torch

from core.views.analogy import analogy
from core.views.neighbours import neighbours
from core.views.wte import search_index
from tests.core.views.oracle import brute, tolerance


def test_analogy(loaded, matrices) -> None:
    wte, _wpe = matrices
    a, b, c = (5822,), (582,), (2415,)  # " king", " man", " woman"
    found = analogy(loaded, a, b, c, 10)
    vector = wte[a[0]] - wte[b[0]] + wte[c[0]]
    values = brute(wte, vector, "cosine")
    close = tolerance(loaded)
    assert np.allclose(found.asked_values, values[[a[0], b[0], c[0]]], atol=close)
    assert np.allclose(found.answers.values, values[found.answers.ids], atol=close)
    assert found.answers.norm == pytest.approx(np.linalg.norm(vector), rel=close)
    assert not {" king", " man", " woman", "King", "woman"} & set(found.answers.pieces)
    if loaded.model.dtype == torch.float32:
        ranks = [int((values > values[i[0]]).sum()) + 1 for i in (a, b, c)]
        assert list(found.asked_ranks) == ranks
        family = search_index(loaded).family
        allowed = ~np.isin(family, family[[a[0], b[0], c[0]]])
        assert found.answers.values[0] == pytest.approx(values[allowed].max(), abs=1e-5)


def test_the_same_word_on_all_sides(tiny) -> None:
    word = tiny.ids(" dog")
    found = tiny.view(analogy, word, word, word, 5)
    plain = tiny.view(neighbours, word, "cosine", 5, True)
    assert found.asked_ranks == (1, 1, 1)
    assert found.answers.ids.tolist() == plain.ids.tolist()
