"""The machine room: how the model runs for thirty sessions at once, and fast.

Whoever wants to learn about GPT-2 may skip it. What it computes is in `core.views` and
`core.sampling`; here is only how: one thread that owns the model, a fair queue in front of it, a
memory of results, batches of texts that are being written, products cut for this machine.

From the outside in: `engine` is what pages ask; `requests` wait in the `inbox` (a `fair_queue`);
the `owner` serves them, one turn after the other, and does in `idle` what can wait. Results stay
in the `memo`, texts that were read in the `prefix_cache`. `prefill` reads a text, `decoding` makes
the next tokens (guessed ahead by `prompt_lookup`) of the `sequences` in the `batch`, whose keys and
values lie in the `kv_cache`. All of it goes through `forward`: on the processor through `passes`,
each a program that PyTorch runs without Python's lock, whose products `gemm_choice` takes from
`gemm`; `transformers_batch` is the way out for other blocks. `continuations`, `comparison` and
`scoring` are long work made of all this, which `jobs` runs in the background.
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
