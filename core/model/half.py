"""Which 16-bit type a device multiplies fast, by measurement."""

from __future__ import annotations

import time
from functools import lru_cache

import torch

#: Rows, inputs and outputs of the product by which a device's types are compared.
_TRIAL = (64, 512, 512)
#: The 16-bit types, the one with float32's range first: of two that are as fast it is taken.
_HALVES = ("bfloat16", "float16")


@lru_cache(maxsize=32)
def fast_half(device: str) -> str | None:
    """The 16-bit type that multiplies at least as fast as float32 on a device, by measurement.

    Processors without an instruction for it emulate bfloat16, thirty times slower than
    float32; some older GPUs do the same. None if there is no such type.
    """
    seconds = product_seconds(device, ("float32", *_HALVES))
    limit = seconds.pop("float32", 0.0)
    # A tenth is noise, and bfloat16 does not overflow.
    best = min(seconds, key=lambda d: seconds[d] * (1.0 if d == _HALVES[0] else 1.1), default=None)
    return best if best is not None and seconds[best] <= limit else None


def product_seconds(device: str, dtypes: tuple[str, ...]) -> dict[str, float]:
    """Seconds that one small product takes in each type; a type that fails is left out.

    What takes ten times as long as the fastest is not measured to the end.
    """
    operands: dict[str, tuple[torch.Tensor, torch.Tensor]] = {}
    best: dict[str, float] = {}
    for dtype in dtypes:
        try:
            operands[dtype] = _operands(device, getattr(torch, dtype))
            _once(*operands[dtype])  # wakes the libraries up
            best[dtype] = _once(*operands[dtype])
        except (RuntimeError, TypeError):  # not on this device
            continue
    for _trial in range(5):
        for dtype in best:
            if best[dtype] <= 10 * min(best.values()):
                best[dtype] = min(best[dtype], _once(*operands[dtype]))
    return best


def _operands(device: str, dtype: torch.dtype) -> tuple[torch.Tensor, torch.Tensor]:
    rows, n_in, n_out = _TRIAL
    x = torch.ones(rows, n_in, dtype=dtype, device=device)
    return x, torch.ones(n_in, n_out, dtype=dtype, device=device)


def _once(x: torch.Tensor, weight: torch.Tensor) -> float:
    begin = time.perf_counter()
    product = x @ weight
    product[0, 0].item()  # an accelerator computes behind our back until it is asked
    return time.perf_counter() - begin
