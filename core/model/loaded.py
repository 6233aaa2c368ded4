"""A checkpoint in memory: what everything that computes is handed."""

from __future__ import annotations

from dataclasses import dataclass

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
