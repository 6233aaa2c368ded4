"""GELU: one worked example, and the curve."""

from __future__ import annotations

import numpy as np
import pytest
import torch

from core.views.gelu import gelu_curve, gelu_steps


def test_a_worked_gelu():
    gelu = gelu_steps(np.array([1.0, 0.0, -10.0]))
    # 0.5 (1 + tanh(0.79788 * 1.044715)) = 0.84119: the tanh form; the one with erf gives 0.84134.
    assert gelu.out == pytest.approx([0.84119, 0.0, 0.0], abs=5e-6)


def test_the_curve_reaches_every_neuron():
    x, y = gelu_curve(np.array([-7.5, 0.0, 2.0]))
    assert (x[0], x[-1], len(x)) == (-7.5, 4.0, 161)
    assert y == pytest.approx(torch.nn.functional.gelu(torch.tensor(x), approximate="tanh").numpy())
