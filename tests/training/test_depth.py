"""The same tokens with more and more text before them."""

from __future__ import annotations

import numpy as np

from training.depth import PARTS, by_depth, depth_losses

LENGTH, STEP = 8, 2
EDGES = [0, 2, 4, 6, 8]


def test_what_is_late_in_a_window_and_hard_by_itself_is_no_loss_of_depth():
    rng = np.random.default_rng(0)
    hard = rng.normal(4.0, 2.0, size=40)  # of each token by itself
    gain = np.repeat([0.3, 0.1, 0.0, -0.2], STEP)  # of each place in a window
    starts = np.arange(0, 40 - LENGTH + 1, STEP)
    losses = np.stack([hard[start : start + LENGTH] + gain for start in starts])
    found = by_depth(losses, starts, EDGES)
    # The first and the last tokens are not read at every depth.
    assert found.shape == (4, 40 - 2 * (LENGTH - STEP))
    assert np.allclose(found - found[2], np.array([0.3, 0.1, 0.0, -0.2])[:, None])
    assert np.allclose(found[2], hard[LENGTH - STEP : 40 - (LENGTH - STEP)])


def test_a_models_tokens_are_read_at_each_depth(tiny):
    class Text:
        valid = np.random.default_rng(1).integers(0, tiny.shape.n_vocab, 300)

    found = depth_losses(tiny, [Text()], 200)  # type: ignore[list-item]
    n_ctx = tiny.shape.n_ctx
    assert len(found) == PARTS
    assert next(reversed(found)).endswith(f"-{n_ctx - 1}")
    assert all(np.isfinite(nats) for nats in found.values())
