"""Shared fixtures: one engine per model for the whole run, and pages under AppTest."""

from __future__ import annotations

import os

os.environ.setdefault("HF_HUB_OFFLINE", "1")  # no test may need a network; set before any import
os.environ.setdefault("TOKENIZERS_PARALLELISM", "false")
# Two test processes, their servers and browsers share two cores: threads that wait for each other
# after every product would cost more than they bring. tests/core/engine computes with two.
os.environ.setdefault("OMP_NUM_THREADS", "1")

from collections.abc import Iterator
from functools import cache
from pathlib import Path

import pytest
import torch
from streamlit.components.v2 import manifest_scanner
from transformers import GPT2Config, GPT2LMHeadModel

from core.engine.engine import Engine
from core.model.load import load_model

# AppTest looks through all installed packages for components before each run of a script, half a
# second that a server spends once.
manifest_scanner.scan_component_manifests = cache(manifest_scanner.scan_component_manifests)

STORYTELLER = Path(__file__).parent.parent / "core" / "checkpoints" / "storyteller"


@pytest.fixture(scope="session")
def storyteller() -> Iterator[Engine]:
    """The embedded model's engine."""
    engine = Engine(load_model("storyteller"))
    yield engine
    engine.close()


@pytest.fixture(scope="session")
def tiny_folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A random GPT-2 of 3 layers, 4 heads, 48 wide, 64 tokens of context, GPT-2's vocabulary."""
    folder = tmp_path_factory.mktemp("tiny")
    torch.manual_seed(0)
    config = GPT2Config(
        n_embd=48, n_layer=3, n_head=4, n_positions=64, bos_token_id=50256, eos_token_id=50256
    )
    model = GPT2LMHeadModel(config)
    with torch.no_grad():  # spread the weights: at GPT-2's own start all patterns are flat
        for name, parameter in model.named_parameters():
            if parameter.ndim == 2:
                parameter.mul_(6.0 if "attn" in name else 3.0)
            elif "bias" in name:
                parameter.normal_(0.0, 0.1)
    model.save_pretrained(folder)
    for name in ("tokenizer.json", "tokenizer_config.json"):
        (folder / name).write_bytes((STORYTELLER / name).read_bytes())
    return folder


@pytest.fixture(scope="session")
def tiny(tiny_folder: Path) -> Iterator[Engine]:
    """An engine over a small random GPT-2."""
    engine = Engine(load_model(str(tiny_folder)))
    yield engine
    engine.close()


@pytest.fixture(scope="session")
def oracle_of():
    """Plain transformers models with eager attention, by folder; never the shared ones."""
    made: dict[str, GPT2LMHeadModel] = {}

    def make(source: str) -> GPT2LMHeadModel:
        if source not in made:
            made[source] = GPT2LMHeadModel.from_pretrained(
                source, dtype=torch.float32, attn_implementation="eager"
            ).eval()
        return made[source]

    return make
