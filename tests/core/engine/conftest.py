"""A fresh engine; the tiny model on other paths; two threads, as most machines have."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
import torch

from core.engine.engine import Engine
from core.model.load import load_model
from tests.core.engine.common import SOON


@pytest.fixture(scope="package", autouse=True)
def two_threads() -> Iterator[None]:
    """All other tests compute with one: two test processes share two cores."""
    before = torch.get_num_threads()
    torch.set_num_threads(2)
    yield
    torch.set_num_threads(before)


@pytest.fixture
def engine(storyteller: Engine) -> Iterator[Engine]:
    """A fresh engine over the embedded model's weights."""
    made = Engine(storyteller.loaded)
    yield made
    made.close()
    made.owner.thread.join(SOON)
    assert not made.owner.thread.is_alive()


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
