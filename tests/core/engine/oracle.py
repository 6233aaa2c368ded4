"""What transformers says of a text, and the bounds that we are held to."""

from __future__ import annotations

import numpy as np
import torch

from core.engine.forward import Forward
from core.engine.prefill import prefill

CLOSE = 1e-4  # of the largest value; the figures themselves are near 1e-6


def same(got: np.ndarray, want: np.ndarray, bound: float = CLOSE) -> None:
    assert got.shape == want.shape
    assert np.abs(got - want).max() <= bound * np.abs(want).max()


def text(n: int, seed: int = 0) -> tuple[int, ...]:
    return tuple(np.random.default_rng(seed).integers(0, 50_257, n).tolist())


def read_all(forward: Forward, ids: tuple[int, ...], before=None, chunk: int = 1 << 30):
    with torch.inference_mode():
        *pieces, read = prefill(forward, ids, before, lambda: chunk)
    assert all(p is None for p in pieces)
    return read, len(pieces) + 1


def expected(oracle, ids: tuple[int, ...]):
    """resid (L + 1, T, E) and last logits (V,) from transformers' eager forward."""
    model = oracle.transformer
    seen = []
    handles = [
        m.register_forward_pre_hook(lambda _m, args: seen.append(args[0][0].numpy().copy()))
        for m in (*model.h, model.ln_f)
    ]
    with torch.inference_mode():
        logits = oracle(torch.tensor([ids])).logits[0, -1].numpy()
    for handle in handles:
        handle.remove()
    return np.stack(seen), logits


def steps_alone(loaded, ids: tuple[int, ...], tokens: list[int]) -> np.ndarray:
    """Logits after each token, by transformers' whole forward. (len(tokens), V)"""
    with torch.inference_mode():
        out = loaded.model(torch.tensor([[*ids, *tokens]]), use_cache=False).logits[0]
    return out[len(ids) :].float().numpy()
