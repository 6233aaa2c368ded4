"""The 16-bit type of a device is the one that was measured to be fast."""

from __future__ import annotations

import pytest
import torch

from core.model import half


@pytest.mark.parametrize(
    ("bfloat16", "float16", "chosen"),
    [
        (26.0, 26.0, None),  # emulated, both
        (0.5, 0.5, "bfloat16"),  # as fast: the one that does not overflow
        (0.5, 0.3, "float16"),
        (0.5, 0.48, "bfloat16"),  # noise
        (1.0, 5.0, "bfloat16"),  # no slower than float32, and half the memory
        (None, 0.5, "float16"),  # not on this device
        (None, None, None),
    ],
)
def test_the_half_type_is_the_one_that_was_measured(monkeypatch, bfloat16, float16, chosen):
    figures = {"float32": 1.0, "bfloat16": bfloat16, "float16": float16}
    known = {dtype: value for dtype, value in figures.items() if value is not None}
    monkeypatch.setattr(half, "product_seconds", lambda _device, _dtypes: known)
    half.fast_half.cache_clear()
    assert half.fast_half("cuda:7") == chosen
    half.fast_half.cache_clear()


def test_types_are_measured_on_this_processor():
    found = half.product_seconds("cpu", ("float32", "bfloat16"))
    assert found["float32"] > 0
    features = ("_is_avx512_bf16_supported", "_is_amx_tile_supported")
    if not any(getattr(torch.cpu, name, bool)() for name in features):
        assert found["bfloat16"] > 2 * found["float32"]  # emulated: thirty times, in truth
        assert half.fast_half("cpu") is None


def test_a_type_that_a_device_does_not_have_is_left_out():
    assert set(half.product_seconds("meta", ("float32",))) == set()  # nothing computes there
