"""The forward pass against transformers: traces on every path."""

from __future__ import annotations

from pathlib import Path

import pytest
import torch

from core.engine.engine import Engine
from core.engine.forward import Forward, is_plain
from core.model.load import load_model
from core.views.trace import capture
from tests.core.engine.oracle import expected, read_all, same, text


@pytest.mark.parametrize("n", [1, 2, 17, 1024])
def test_a_capture_is_transformers_forward(storyteller: Engine, oracle_of, n: int):
    read, _pieces = read_all(Forward(storyteller.loaded), text(n))
    resid, logits = expected(oracle_of(storyteller.loaded.source), text(n))
    same(read.resid, resid)
    same(read.logits, logits)


@pytest.mark.parametrize("which", ["tiny", "offloaded", "half"])
@pytest.mark.parametrize("n", [1, 64])
def test_a_capture_through_other_paths(request, tiny_folder, oracle_of, which: str, n: int):
    found = request.getfixturevalue(which)
    loaded = found.loaded if isinstance(found, Engine) else found
    forward = Forward(loaded)
    assert forward.fast == (which == "tiny")
    read, _pieces = read_all(forward, text(n), chunk=50)
    resid, logits = expected(oracle_of(str(tiny_folder)), text(n))
    same(read.resid, resid)
    same(read.logits, logits)
    with torch.inference_mode():
        same(capture(loaded, text(n))[0], resid)


def test_unusual_blocks_are_noticed(tiny_folder: Path):
    loaded = load_model(str(tiny_folder))
    assert is_plain(loaded)
    block = type("Block", (type(loaded.model.transformer.h[0]),), {})
    loaded.model.transformer.h[1].__class__ = block
    assert not is_plain(loaded)
