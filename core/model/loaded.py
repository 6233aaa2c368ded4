"""A checkpoint in memory: what everything that computes is handed."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import torch
from transformers import GPT2LMHeadModel, GPT2TokenizerFast

from core.model.shape import Shape


@dataclass(frozen=True)
class Placement:
    """Where one block of the model lives.

    Attributes
    ----------
    block : ``wte``, ``wpe``, ``h.0`` ... or ``ln_f``; the head is ``wte`` again
    device : ``cpu``, ``cuda:0``, ``mps`` or ``disk``
    dtype : ``float32``, ``float16`` or ``bfloat16``
    n_bytes : bytes of its weights
    """

    block: str
    device: str
    dtype: str
    n_bytes: int


@dataclass(frozen=True, eq=False)
class LoadedModel:
    """A checkpoint in memory, ready to run.

    Attributes
    ----------
    key : the catalogue's key, a Hub id or a folder
    model : in evaluation mode, no gradients, attention by torch's fused kernel (sdpa)
    tokenizer : byte-level byte-pair encoding with `shape.n_vocab` tokens
    shape : sizes
    placement : where each block lives, in the order of the computation
    source : what `from_pretrained` takes to load the same checkpoint again
    n_bytes : bytes of all weights, the tied head counted once
    device : where token ids go in
    offloaded : whether some weights are brought to the device only when they are needed
    """

    key: str
    model: GPT2LMHeadModel
    tokenizer: GPT2TokenizerFast
    shape: Shape
    placement: tuple[Placement, ...]
    source: str
    n_bytes: int
    device: torch.device
    offloaded: bool


def describe(
    key: str, source: str, model: GPT2LMHeadModel, tokenizer: GPT2TokenizerFast, shape: Shape
) -> LoadedModel:
    """What a model says of itself once its weights are in place."""
    placement = tuple(_placements(model))
    hook = getattr(model.transformer.wte, "_hf_hook", None)
    place = getattr(hook, "execution_device", None)
    weight = model.transformer.wte.weight
    return LoadedModel(
        key=key,
        model=model,
        tokenizer=tokenizer,
        shape=shape,
        placement=placement,
        source=source,
        n_bytes=sum(p.n_bytes for p in placement),
        device=weight.device if place is None else torch.device(place),
        offloaded=any(w.is_meta for w in model.parameters()),
    )


def _placements(model: GPT2LMHeadModel) -> Iterator[Placement]:
    """Where each block lives, in the order of the computation."""
    body = model.transformer
    blocks = [(f"h.{i}", block) for i, block in enumerate(body.h)]
    mapped: dict[str, Any] = getattr(model, "hf_device_map", None) or {}
    for name, module in [("wte", body.wte), ("wpe", body.wpe), *blocks, ("ln_f", body.ln_f)]:
        weights = list(module.parameters())
        device = _mapped_device(f"transformer.{name}", mapped) or str(weights[0].device)
        dtype = str(weights[0].dtype).removeprefix("torch.")
        yield Placement(name, device, dtype, sum(w.numel() * w.element_size() for w in weights))


def _mapped_device(name: str, mapped: dict[str, Any]) -> str | None:
    """What a device map says of a module: the entry of the module or of one that holds it."""
    parts = name.split(".")
    for n in range(len(parts), -1, -1):
        place = mapped.get(".".join(parts[:n]))
        if place is not None:
            return f"cuda:{place}" if isinstance(place, int) else str(place)
    return None
