"""Ways to compute a product against the plain one."""

from __future__ import annotations

import numpy as np
import pytest
import torch

from core.engine.gemm import head_product, split_product, tanh_gelu
from tests.core.engine.oracle import same


@pytest.mark.parametrize("rows", [1, 3, 16])
@pytest.mark.parametrize("parts", [2, 8])
def test_cut_products_are_products(rows: int, parts: int):
    torch.manual_seed(0)
    x, weight, bias = torch.randn(rows, 64), torch.randn(64, 40), torch.randn(40)
    same(split_product(x, weight, bias, parts).numpy(), (x @ weight + bias).numpy(), 1e-5)
    wte = torch.randn(101, 64)  # does not divide: the rest is added at the end
    same(head_product(x, wte, parts).numpy(), (x @ wte.T).numpy(), 1e-5)


def test_gelu_by_way_of_the_logistic_is_gelu():
    """Held to float64, from far below zero to far above, as near as PyTorch's own."""
    x = torch.cat([torch.linspace(-12, 12, 64 * 100), torch.randn(6400)]).view(-1, 100)
    wanted = torch.nn.functional.gelu(x.double(), approximate="tanh").numpy()
    own = torch.nn.functional.gelu(x, approximate="tanh").numpy()
    error = abs(tanh_gelu(x).numpy() - wanted).max()
    assert error <= 2 * abs(own - wanted).max()
    assert np.array_equal(tanh_gelu(x[:4]).numpy(), own[:4])  # few rows: PyTorch's
    assert tanh_gelu(torch.full((64, 1), -200.0)).abs().max() == 0
    assert (tanh_gelu(torch.full((64, 1), 200.0)) == 200).all()
