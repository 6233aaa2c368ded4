"""The map of words against a singular value decomposition."""

from __future__ import annotations

import numpy as np

from core.views.word_map import WORD_SETS, single_tokens, word_map
from tests.core.views.oracle import TEXT


def test_word_map(tiny, matrices) -> None:
    wte, _wpe = matrices
    words = [w for kind in WORD_SETS for w in single_tokens(tiny.tokenizer, kind)]
    assert len(words) == sum(map(len, WORD_SETS.values()))  # GPT-2 knows each as one token
    ids = tuple(i for _text, i in words)
    trace = tiny.trace(TEXT)
    found = tiny.view(word_map, trace, ids)
    once = np.array(list(dict.fromkeys([*ids, *trace.token_ids])))
    points = wte[once] / np.linalg.norm(wte[once], axis=1, keepdims=True)
    centred = points - points.mean(axis=0)
    _left, singular, right = np.linalg.svd(centred, full_matrices=False)
    axes = right[:2] * np.sign(right[[0, 1], np.abs(right[:2]).argmax(axis=1)])[:, None]
    assert np.allclose(found.explained, (singular**2 / (singular**2).sum())[:2], rtol=1e-3)
    assert np.allclose(found.words, centred[: len(ids)] @ axes.T, atol=1e-4)
    last = trace.resid[-1] / np.linalg.norm(trace.resid[-1], axis=1, keepdims=True)
    assert np.allclose(found.path[-1], (last - points.mean(axis=0)) @ axes.T, atol=1e-4)
    low_x, high_x, low_y, high_y = found.reach
    assert low_x <= found.path[..., 0].min()
    assert high_y >= found.path[..., 1].max()
    assert found.trail(2, 1).shape == (3, 2)
    assert np.array_equal(found.trail(2, 1)[-1], found.path[1, 2])
    assert low_y < high_y
    assert low_x < high_x
