"""Principal axes against a singular value decomposition."""

from __future__ import annotations

import numpy as np
import pytest

from core.views.principal_axes import TooFewPoints, all_axes, first_axes, principal_axes
from core.views.word_map import word_map


@pytest.mark.parametrize("n", [3, 20, 150])
def test_principal_axes_equal_a_singular_value_decomposition(n) -> None:
    points = np.random.default_rng(n).normal(size=(n, 120)).astype(np.float32)
    points[:, 0] *= 9
    points[:, 1] *= 5
    found = principal_axes(points, 2)
    centred = points - points.mean(axis=0)
    _left, singular, right = np.linalg.svd(centred, full_matrices=False)
    share = singular**2 / (singular**2).sum()
    assert np.allclose(found.explained, share[:2], rtol=1e-3)
    assert np.allclose(np.abs(found.axes @ right[:2].T), np.eye(2), atol=2e-2)
    assert (found.axes[[0, 1], np.abs(found.axes).argmax(axis=1)] > 0).all()
    # Turning the cloud round turns the picture round, but never the axes.
    assert np.allclose(principal_axes(-points, 2).axes, found.axes, atol=1e-3)
    assert np.allclose(found.place(points).mean(axis=0), 0, atol=1e-3)


def test_fewer_than_three_points_are_no_map(tiny) -> None:
    for points in (np.ones((1, 4)), np.ones((5, 4)), np.eye(4)[:2]):
        with pytest.raises(TooFewPoints) as caught:
            principal_axes(points)
        assert caught.value.cure
    with pytest.raises(TooFewPoints):
        tiny.view(word_map, tiny.trace("the the the"), ())
    assert tiny.view(word_map, tiny.trace("a b c"), ()).tokens.shape == (3, 2)


@pytest.mark.parametrize("shape", [(150, 120), (40, 300)])
def test_the_fast_way_finds_what_the_definition_says(shape: tuple[int, int]) -> None:
    points = np.random.default_rng(1).normal(size=shape).astype(np.float32)
    points[:, :3] *= (9, 6, 4)
    plain, plain_shares = all_axes(points, 3)
    fast, fast_shares = first_axes(points, 3)
    assert np.allclose(np.abs(fast @ plain.T), np.eye(3), atol=1e-3)
    assert np.allclose(fast_shares, plain_shares, rtol=1e-4)
