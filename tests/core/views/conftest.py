"""Models, engines and matrices for the tests of the views."""

from __future__ import annotations

import pytest
import torch
from accelerate import disk_offload

from core.engine.engine import Engine
from core.model.load import load_model
from tests.oracle import TEXT, Watched


@pytest.fixture(scope="session")
def matrices(tiny_folder, oracle_of):
    """`wte` and `wpe` of the plain transformers model, as NumPy."""
    transformer = oracle_of(str(tiny_folder)).transformer
    return transformer.wte.weight.detach().numpy(), transformer.wpe.weight.detach().numpy()


@pytest.fixture(scope="module", params=["memory", "disk", "half"])
def loaded(request, tiny_folder, tmp_path_factory):
    """The same model with its weights in memory, on disk, and in 16 bits."""
    made = load_model(str(tiny_folder))
    if request.param == "disk":
        disk_offload(made.model, tmp_path_factory.mktemp("weights"))
        assert made.model.transformer.wte.weight.device.type == "meta"
    if request.param == "half":
        made.model.bfloat16()
    with torch.inference_mode():
        yield made


@pytest.fixture(scope="module")
def on_disk(tiny_folder):
    """The tiny model with two of its three blocks on disk, brought in by accelerate."""
    whole = load_model(str(tiny_folder))
    block = next(p.n_bytes for p in whole.placement if p.block == "h.0")
    rest = sum(p.n_bytes for p in whole.placement if not p.block.startswith("h."))
    loaded = load_model(str(tiny_folder), max_memory={"cpu": rest + block + block // 2})
    assert [p.device for p in loaded.placement].count("disk") == 2
    engine = Engine(loaded)
    yield engine
    engine.close()


@pytest.fixture(scope="module", params=["storyteller", "tiny", "on_disk"])
def engine(request):
    return request.getfixturevalue(request.param)


@pytest.fixture(scope="module")
def trace(engine):
    return engine.trace(TEXT)


@pytest.fixture(scope="module")
def plain(engine, oracle_of):
    return oracle_of(engine.loaded.source)


@pytest.fixture(scope="module")
def watched(plain, trace):
    return Watched(plain, trace.token_ids)
