"""Nearest tokens against brute-force NumPy over the plain checkpoint's matrix."""

from __future__ import annotations

import numpy as np
import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st

from core.errors import OutOfRange
from core.views.neighbours import best, likeness, neighbours
from core.views.wte import products_with, search_index
from tests.core.views.oracle import brute, tolerance


@pytest.mark.parametrize("by", ["cosine", "dot"])
@pytest.mark.parametrize("ids", [(5822,), (464, 11, 262)])
def test_neighbours_are_the_best_of_all_tokens(loaded, matrices, by, ids) -> None:
    wte, _wpe = matrices
    found = neighbours(loaded, ids, by, 12, hide_variants=False)
    values = brute(wte, wte[list(ids)].mean(axis=0), by)
    values[list(ids)] = -np.inf
    order = np.argsort(-values)[:12]
    exact = loaded.model.dtype == torch.float32
    assert not exact or found.ids.tolist() == order.tolist()
    scale = np.abs(values[order]).max()
    assert np.abs(found.values - values[order]).max() <= tolerance(loaded) * scale
    assert not found.values.flags.writeable


def test_variants_are_hidden_and_better_ones_kept(tiny, matrices) -> None:
    wte, _wpe = matrices
    king = tiny.ids(" king")
    found = tiny.view(neighbours, king, "cosine", 30, True)
    pieces = tiny.view(search_index).pieces
    roots = [p.strip(" ").casefold() or p for p in found.pieces]
    assert len(set(roots)) == 30
    assert "king" not in roots
    # The slow way: walk down the whole ranking and keep the first of each family.
    seen, kept = {"king"}, []
    for i in np.argsort(-brute(wte, wte[king[0]], "cosine")):
        root = pieces[i].strip(" ").casefold() or pieces[i]
        if root not in seen:
            seen.add(root)
            kept.append(int(i))
    assert found.ids.tolist() == kept[:30]


def test_a_zero_vector_has_no_direction(tiny) -> None:
    values = likeness(np.zeros(3, np.float32), np.ones(3, np.float32), 0.0, "cosine")
    assert values.tolist() == [0, 0, 0]


@pytest.mark.parametrize("ids", [(), (-1,), (50257,)])
def test_no_such_token(tiny, ids) -> None:
    with pytest.raises(OutOfRange):
        tiny.view(neighbours, ids, "cosine", 5, True)


@given(
    values=st.lists(st.integers(-5, 5), min_size=1, max_size=200),
    k=st.integers(1, 20),
    modulus=st.integers(1, 40),
)
@settings(max_examples=150, deadline=None)
def test_best_equals_sorting(values, k, modulus) -> None:
    array = np.array(values, dtype=np.float32)
    family = np.arange(len(array)) % modulus
    order = np.lexsort((np.arange(len(array)), -array))
    assert best(array, k).tolist() == order[:k].tolist()
    seen, kept = {int(family[0])}, []
    for i in order:
        if family[i] not in seen:
            seen.add(int(family[i]))
            kept.append(int(i))
    assert best(array, k, family, frozenset({0})).tolist() == kept[:k]


def test_the_matrix_is_not_copied(storyteller) -> None:
    """A search holds its scores and little else: no second matrix, per session or per search."""
    wte = storyteller.loaded.model.transformer.wte.weight
    before = wte.data_ptr()
    seen: list[int] = []
    product = products_with

    def spy(weight, vectors):
        seen.append(weight.data_ptr())
        return product(weight, vectors)

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr("core.views.neighbours.products_with", spy)
        for word in (" dog", " cat"):
            storyteller.call(neighbours, storyteller.ids(word))
    assert seen == [before, before]
