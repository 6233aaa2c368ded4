"""Products of another way: the same numbers, in this thread alone."""

from __future__ import annotations

import threading

import torch

from core.engine.gemm_choice import GemmChoice
from core.views.products import computed_by, linear, mlp


def test_another_way_gives_the_same_and_only_here(tiny) -> None:
    block, rows = tiny.loaded.model.transformer.h[1], torch.randn(9, tiny.shape.n_embd)
    seen: list[int] = []
    way = GemmChoice()

    def counted(x, weight, bias):
        seen.append(len(x))
        return way(x, weight, bias)

    with torch.inference_mode():
        plain = linear(block.attn.c_attn, rows), mlp(block, rows)
        assert torch.allclose(plain[1], block.mlp(block.ln_2(rows)), atol=1e-5)
        with computed_by(counted):
            fast = linear(block.attn.c_attn, rows), mlp(block, rows)
            elsewhere = threading.Thread(target=linear, args=(block.attn.c_attn, rows))
            elsewhere.start()
            elsewhere.join()
        for one, other in zip(plain, fast, strict=True):
            assert torch.allclose(one, other, atol=1e-4)
        linear(block.attn.c_attn, rows)
        assert linear(block.attn.c_attn, rows[:0]).shape == (0, 3 * tiny.shape.n_embd)
    assert seen == [9, 9, 9]
