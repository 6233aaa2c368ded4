"""Find a GPT-2 checkpoint, fetch it, place its weights, and keep it for every session.

`load_model` imports PyTorch, which takes seconds: it comes in when it is asked for.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from core.model.load import LoadedModel, Placement, load_model

__all__ = ["LoadedModel", "Placement", "load_model"]


def __getattr__(name: str) -> object:
    if name in __all__:
        from core.model import load

        return getattr(load, name)
    raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
