"""Models and matrices for the tests of the views."""

from __future__ import annotations

import pytest
import torch
from accelerate import disk_offload

from core.model.load import load_model


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
