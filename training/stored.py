"""Store the embedded model's way through the examples beside its weights.

``python -m training.publish`` does it for a new checkpoint; after a change of the
examples alone, ``python -m training.stored``.
"""

from __future__ import annotations

from pathlib import Path
from typing import Any

from core.engine.engine import Engine
from core.model.catalogue import STORYTELLER
from core.model.load import load_model
from core.model.stored import dump
from core.views.machine_of import machine
from core.views.machine_stored import to_plain
from pages.shell.examples import examples


def results(engine: Engine) -> dict[str, Any]:
    """The pictures of all examples, by prompt."""
    made = {}
    for example in examples():
        trace = engine.trace(example.prompt)
        made[example.prompt] = to_plain(engine.view(machine, trace, trace.n_ctx - 1))
    return made


def store(name: str, folder: Path = STORYTELLER) -> None:
    """Write the answers of the model `name` into `folder`."""
    engine = Engine(load_model(name))
    try:
        dump(results(engine), folder)
    finally:
        engine.close()


if __name__ == "__main__":
    store("storyteller")
