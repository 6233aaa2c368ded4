"""Tiny GPT-2 checkpoints in every layout, whole and broken, for the tests."""

from __future__ import annotations

import json
from pathlib import Path

import torch
from safetensors.torch import save_file
from tokenizers.pre_tokenizers import ByteLevel
from transformers import GPT2Config, GPT2LMHeadModel

#: Merges of the tiny vocabulary, most frequent first; Ġ is a space.
MERGES = ("t h", "th e", "Ġ the", "i n", "a n", "an d", "Ġ and", "Ġ a")
N_VOCAB = 256 + len(MERGES) + 1


def config(**changes: object) -> GPT2Config:
    """Two layers, two heads, 16 wide, 32 tokens of context."""
    sizes = {"n_layer": 2, "n_head": 2, "n_embd": 16, "n_positions": 32, "vocab_size": N_VOCAB}
    end = {"bos_token_id": N_VOCAB - 1, "eos_token_id": N_VOCAB - 1}
    return GPT2Config(**{**sizes, **end, **changes})


def model(seed: int = 0, **changes: object) -> GPT2LMHeadModel:
    """A random model whose weights, biases and gains are all different."""
    made = GPT2LMHeadModel(config(**changes)).eval()
    generator = torch.Generator().manual_seed(seed)
    with torch.no_grad():
        for name, parameter in made.named_parameters():
            centre = 1.0 if "ln_" in name and name.endswith("weight") else 0.0
            parameter.copy_(centre + 0.3 * torch.randn(parameter.shape, generator=generator))
    return made


def vocabulary() -> tuple[dict[str, int], list[str]]:
    """Every byte, the merges, and the end of text."""
    pieces = [*sorted(ByteLevel.alphabet()), *(m.replace(" ", "") for m in MERGES)]
    return {piece: i for i, piece in enumerate([*pieces, "<|endoftext|>"])}, list(MERGES)


def write_tokenizer(folder: Path, *, json_file: bool = False) -> None:
    """``vocab.json`` and ``merges.txt`` as published in 2019, or one ``tokenizer.json``."""
    from transformers import GPT2TokenizerFast

    ids, merges = vocabulary()
    if json_file:
        pairs = [tuple(m.split()) for m in merges]
        GPT2TokenizerFast(vocab=ids, merges=pairs).save_pretrained(folder)
        return
    (folder / "vocab.json").write_text(json.dumps(ids), encoding="utf-8")
    (folder / "merges.txt").write_text("#version: 0.2\n" + "\n".join(merges) + "\n", "utf-8")


def published_weights(made: GPT2LMHeadModel) -> dict[str, torch.Tensor]:
    """The weights under their published names: no prefix, masks in, the tied head out."""
    n_ctx = made.config.n_positions
    weights = {
        name.removeprefix("transformer."): value.detach().clone().contiguous()
        for name, value in made.state_dict().items()
        if name != "lm_head.weight"
    }
    mask = torch.tril(torch.ones(n_ctx, n_ctx)).view(1, 1, n_ctx, n_ctx)
    for i in range(made.config.n_layer):
        weights[f"h.{i}.attn.bias"] = mask.clone()
    return weights


def write_published(
    folder: Path, made: GPT2LMHeadModel | None = None, *, shards: int = 1, json_file: bool = False
) -> Path:
    """A checkpoint in the layout of the published GPT-2, in one file or in shards."""
    made = made or model()
    folder.mkdir(parents=True, exist_ok=True)
    write_tokenizer(folder, json_file=json_file)
    (folder / "config.json").write_text(made.config.to_json_string(use_diff=False), "utf-8")
    weights = published_weights(made)
    if shards == 1:
        save_file(weights, folder / "model.safetensors", metadata={"format": "pt"})
        return folder
    names = sorted(weights)
    weight_map = {}
    for i in range(shards):
        file = f"model-{i + 1:05}-of-{shards:05}.safetensors"
        part = {name: weights[name] for name in names[i::shards]}
        save_file(part, folder / file, metadata={"format": "pt"})
        weight_map.update(dict.fromkeys(part, file))
    index = {
        "metadata": {"total_size": sum(w.numel() * 4 for w in weights.values())},
        "weight_map": weight_map,
    }
    (folder / "model.safetensors.index.json").write_text(json.dumps(index), "utf-8")
    return folder


def edit_config(folder: Path, **changes: object) -> Path:
    """Change settings of a checkpoint's ``config.json``."""
    path = folder / "config.json"
    path.write_text(json.dumps({**json.loads(path.read_text()), **changes}), "utf-8")
    return folder
