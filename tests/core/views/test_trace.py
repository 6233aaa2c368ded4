"""A trace and its layers against transformers' eager attention."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
import torch

from core.engine.engine import Engine
from core.model.bounds import check_ids
from core.model.load import load_model


def ids_of(n: int) -> tuple[int, ...]:
    return tuple(np.random.default_rng(n).integers(0, 50_257, n).tolist())


def close(got: np.ndarray, want: np.ndarray) -> None:
    assert got.shape == want.shape
    assert np.abs(got - want).max() <= 1e-4 * np.abs(want).max()


def check(engine: Engine, oracle, n: int, layers: tuple[int, ...]) -> None:
    """Residual stream, logits and patterns of some layers."""
    ids = ids_of(n)
    trace = engine.trace(ids)
    with torch.inference_mode():
        want = oracle(torch.tensor([ids]), output_attentions=True, output_hidden_states=True)
        ln_f = oracle.transformer.ln_f
        # transformers' last hidden state is after ln_f: compare ours through the same ln_f.
        last = ln_f(torch.from_numpy(trace.resid[-1].copy())).numpy()
    for layer in range(engine.shape.n_layer):
        close(trace.resid[layer], want.hidden_states[layer][0].numpy())
    close(last, want.hidden_states[-1][0].numpy())
    close(trace.logits, want.logits[0, -1].numpy())
    for layer in layers:
        pattern = engine.attention(trace, layer).pattern
        close(pattern, want.attentions[layer][0].numpy())
        assert np.abs(pattern.sum(-1) - 1).max() < 1e-5
        assert not np.triu(pattern[0], 1).any()  # nothing looks ahead
    assert trace.token_ids == ids
    assert (trace.n_ctx, len(trace.pieces)) == (n, n)
    assert not trace.resid.flags.writeable
    assert not trace.logits.flags.writeable
    with pytest.raises(ValueError, match="read-only"):
        trace.resid[0, 0, 0] = 1.0


@pytest.mark.parametrize(("n", "layers"), [(1, (0, 5)), (2, (0, 5)), (130, (0, 3)), (1024, (2,))])
def test_the_embedded_model(storyteller: Engine, oracle_of, n: int, layers: tuple[int, ...]):
    check(storyteller, oracle_of(storyteller.loaded.source), n, layers)


@pytest.mark.parametrize("n", [1, 7, 64])
def test_a_random_model(tiny: Engine, oracle_of, n: int):
    check(tiny, oracle_of(tiny.loaded.source), n, (0, 1, 2))


def test_weights_on_disk(tiny_folder: Path, oracle_of):
    whole = load_model(str(tiny_folder))
    block = next(p.n_bytes for p in whole.placement if p.block.endswith("0"))
    rest = sum(p.n_bytes for p in whole.placement if not p.block.startswith("h."))
    loaded = load_model(str(tiny_folder), max_memory={"cpu": rest + block + block // 2})
    assert loaded.offloaded
    engine = Engine(loaded)
    try:
        for n in (1, 64):
            check(engine, oracle_of(str(tiny_folder)), n, (0, 1, 2))
    finally:
        engine.close()


def test_ids_outside_the_vocabulary():
    check_ids((0, 9), 4, 10)
    for ids in ((-1,), (10,)):
        with pytest.raises(ValueError, match="lie in"):
            check_ids(ids, 4, 10)
