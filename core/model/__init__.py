"""Find a GPT-2 checkpoint, fetch it, place its weights, and keep it for every session.

`load_model` imports PyTorch, which takes seconds: it comes in when it is asked for.
"""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from core.model.load import load_model
    from core.model.loaded import LoadedModel, Placement

__all__ = ["LoadedModel", "Placement", "load_model"]


def __getattr__(name: str) -> object:
    if name not in __all__:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    home = "load" if name == "load_model" else "loaded"
    return getattr(import_module(f"core.model.{home}"), name)
