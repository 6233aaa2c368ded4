"""All layers together, against stacked eager attention."""

from __future__ import annotations

import numpy as np
import torch

from core.views.rollout import all_layers
from tests.core.views.heads import STORY, eager


def test_rollout_mean_and_largest(tiny, oracle_of) -> None:
    ids = tiny.ids(STORY)
    found = tiny.view(all_layers, tiny.trace(ids))
    stacked = torch.cat(eager(oracle_of, tiny, ids).attentions).numpy()  # layer, head, q, k
    rollout = np.eye(len(ids))
    for layer in stacked:
        rollout = (0.5 * layer.mean(0) + 0.5 * np.eye(len(ids))) @ rollout
    assert np.allclose(found.rollout, rollout, atol=1e-5)
    assert np.allclose(found.mean, stacked.mean((0, 1)), atol=1e-5)
    assert np.allclose(found.largest, stacked.max((0, 1)), atol=1e-5)
    assert np.allclose(found.rollout.sum(-1), 1, atol=1e-5)
