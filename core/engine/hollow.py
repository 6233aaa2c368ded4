"""What a model that was given back lets go of, though somebody still knows it.

A tab that nobody looks at keeps the last run's values, and with them the engine that it drew with:
weeks later its weights would still be there.
"""

from __future__ import annotations

from core.engine.forward import Forward
from core.model.allocator import give_back
from core.model.loaded import LoadedModel


def hollow(loaded: LoadedModel, forward: Forward | None) -> None:
    """Give the memory of a model back; nothing may compute with it any more.

    Parameters
    ----------
    forward : its fast pass, which holds the weights in other shapes; texts and batch know it, too
    """
    if forward is not None:
        forward.__dict__.clear()
    for tensor in [*loaded.model.parameters(), *loaded.model.buffers()]:
        tensor.data = tensor.data.new_empty(0)
    give_back()
