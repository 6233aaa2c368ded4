"""A fingerprint of the weights: two that are equal say that not one bit has changed.

SHA-256 (FIPS 180-4) of every parameter by itself, and of those together: a part at a time, so
that a model of gigabytes keeps nobody waiting, and weights on disk come in one by one.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterable
from typing import TYPE_CHECKING

import torch
from accelerate.utils import align_module_device

if TYPE_CHECKING:
    from core.model.loaded import LoadedModel


def parameter_names(loaded: LoadedModel) -> tuple[str, ...]:
    """All parameters, the tied head counted once."""
    return tuple(name for name, _weight in loaded.model.named_parameters())


def fingerprint_of(loaded: LoadedModel, name: str) -> bytes:
    """SHA-256 of one parameter, as float32 in the order of memory.

    Raises
    ------
    AttributeError
        If there is no such parameter.
    """
    owner, _dot, part = name.rpartition(".")
    module = loaded.model.get_submodule(owner)
    with align_module_device(module):
        weight = getattr(module, part).detach().to("cpu", torch.float32).contiguous()
        return hashlib.sha256(weight.numpy().data).digest()


def together(parts: Iterable[bytes]) -> str:
    """The fingerprints of all parameters as one, in hex."""
    return hashlib.sha256(b"".join(parts)).hexdigest()
