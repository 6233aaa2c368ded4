"""How a layer's product is computed where many rows go through the model's own weights.

By the module itself, which is right wherever its weights lie; or, in a thread that has found out
what its machine is fast at, by that. Both give the same numbers but for the last digits.
"""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager

import torch
from torch.nn.functional import gelu

#: x of shape (rows, inputs), weight (inputs, outputs), bias -> x @ weight + bias.
Product = Callable[[torch.Tensor, torch.Tensor, torch.Tensor], torch.Tensor]
#: Of a thread, not of a context: whoever waits for a result brings a context of their own.
_fast = threading.local()


@contextmanager
def computed_by(product: Product | None) -> Iterator[None]:
    """Inside, in this thread, products go this way; None: the modules' own.

    Only for a model whose weights all lie in the main memory, in float32.
    """
    before = getattr(_fast, "product", None)
    _fast.product = product
    try:
        yield
    finally:
        _fast.product = before


def weights_are_here() -> bool:
    """Whether this thread's model has all weights in the main memory, in float32.

    Then they can be used without their modules, in one call for many operations (`core.compiled`).
    """
    return getattr(_fast, "product", None) is not None


def linear(module: torch.nn.Module, rows: torch.Tensor) -> torch.Tensor:
    """What a Conv1D of GPT-2 makes of some rows; (rows, inputs) -> (rows, outputs)."""
    product: Product | None = getattr(_fast, "product", None)
    if product is None or not len(rows):
        return module(rows)
    return product(rows, module.weight, module.bias)  # type: ignore[arg-type]


def mlp(block: torch.nn.Module, rows: torch.Tensor) -> torch.Tensor:
    """What a block's MLP adds to some rows of the stream; shape (rows, n_embd).

    GELU as one kernel: every model that we load has its tanh form.
    """
    inner = gelu(linear(block.mlp.c_fc, block.ln_2(rows)), approximate="tanh")
    return linear(block.mlp.c_proj, inner)
