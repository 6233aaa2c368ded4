"""The machine room: how the model runs for thirty sessions at once, and fast.

Whoever wants to learn about GPT-2 may skip it. What it computes is in `core.views` and
`core.sampling`; here is only how: one thread that owns the model, a fair queue in front of it, a
memory of results, batches of texts that are being written, products cut for this machine.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from core.engine.engine import Engine

__all__ = ["Engine"]


def __getattr__(name: str) -> object:
    # Importing PyTorch takes seconds; the queue's names must not wait for it.
    if name == "Engine":
        from core.engine.engine import Engine

        return Engine
    raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
