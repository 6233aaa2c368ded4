"""Store the embedded model's answers to the examples beside its weights.

``python -m training.publish`` does it for a new checkpoint; after a change of the
examples alone, ``python -m training.stored``.
"""

from __future__ import annotations

from pathlib import Path

from core.engine.engine import Engine
from core.model.catalogue import STORYTELLER
from core.model.load import load_model
from core.model.stored import Stored, dump
from core.tokens.encoding import encode
from core.tokens.label import piece
from core.tokens.vocabulary import token_bytes
from core.views.journey import next_tokens
from pages.shell.examples import examples

TOP = 8


def results(engine: Engine) -> dict[str, Stored]:
    """The answers of an engine to all examples."""
    made = {}
    for example in examples():
        trace = engine.trace(example.prompt)
        ids, probs = next_tokens(trace.logits, TOP)
        best = tuple(piece(token_bytes(engine.tokenizer, i)) for i in ids)
        made[example.prompt] = Stored(encode(engine.tokenizer, example.prompt), best, probs)
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
