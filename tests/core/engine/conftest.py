"""The tiny model on other paths."""

from __future__ import annotations

from pathlib import Path

import pytest
import torch

from core.model.load import load_model


@pytest.fixture(scope="module")
def offloaded(tiny_folder: Path):
    """The tiny model with blocks on disk."""
    whole = load_model(str(tiny_folder))
    block = next(p.n_bytes for p in whole.placement if p.block.endswith("0"))
    rest = sum(p.n_bytes for p in whole.placement if not p.block.startswith("h."))
    loaded = load_model(str(tiny_folder), max_memory={"cpu": rest + block + block // 2})
    assert loaded.offloaded
    return loaded


@pytest.fixture(scope="module")
def half(tiny_folder: Path):
    """The tiny model in float64, which is no fast path: through the modules."""
    loaded = load_model(str(tiny_folder))
    loaded.model.to(torch.float64)
    return loaded
