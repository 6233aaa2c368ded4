"""Layer norm against torch, and one worked example."""

from __future__ import annotations

import numpy as np
import pytest
import torch

from core.views.layer_norm import norm_steps
from tests.oracle import same


def test_layer_norm_is_torchs_and_its_steps_follow_from_each_other():
    rng = np.random.default_rng(0)
    x, gain, bias = rng.normal(3, 5, (3, 40)).astype(np.float32)
    steps = norm_steps(x, gain, bias, 1e-5)
    want = torch.nn.functional.layer_norm(
        *map(torch.tensor, (x,)), (40,), *map(torch.tensor, (gain, bias))
    )
    same(steps.out, want)
    assert steps.normed.mean() == pytest.approx(0, abs=1e-6)
    assert steps.normed.std() == pytest.approx(1, abs=1e-5)
    same(steps.centred / steps.deviation * gain + bias, steps.out)


def test_a_worked_layer_norm():
    steps = norm_steps(np.array([1.0, 2, 3, 6]), np.ones(4), np.zeros(4), 0.0)
    assert (steps.mean, steps.variance) == (3.0, 3.5)
    assert steps.out[3] == pytest.approx(3 / 3.5**0.5)
