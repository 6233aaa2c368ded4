"""Results of the examples, stored with the embedded model: shown while the model itself loads.

Written by ``python -m training.stored`` from the running engine, with the
fingerprint of the weights: other weights' results are never shown. Importing
this file takes no torch.
"""

from __future__ import annotations

import hashlib
import json
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path

from core.model.catalogue import STORYTELLER
from core.tokens.encoding import Token

NAME = "examples.json"


@dataclass(frozen=True)
class Stored:
    """What the embedded model answers to one example.

    Attributes
    ----------
    tokens : of the prompt
    best : the most probable next tokens as text, best first
    probs : their probabilities, in [0, 1]
    """

    tokens: tuple[Token, ...]
    best: tuple[str, ...]
    probs: tuple[float, ...]


def fingerprint(folder: Path = STORYTELLER) -> str:
    """BLAKE2 of the weights' file: 128 bits in hex."""
    with (folder / "model.safetensors").open("rb") as file:
        return hashlib.file_digest(file, lambda: hashlib.blake2b(digest_size=16)).hexdigest()


def dump(results: dict[str, Stored], folder: Path = STORYTELLER) -> None:
    """Write results of the weights that lie in `folder`."""
    made = {
        prompt: {
            "tokens": [[t.id, t.data.hex(), t.start, t.end] for t in found.tokens],
            "best": list(found.best),
            "probs": [round(p, 6) for p in found.probs],
        }
        for prompt, found in results.items()
    }
    text = json.dumps({"weights": fingerprint(folder), "examples": made}, ensure_ascii=False)
    (folder / NAME).write_text(text + "\n", encoding="utf-8")


@lru_cache(maxsize=4)
def stored(folder: Path = STORYTELLER) -> dict[str, Stored]:
    """The stored results by prompt; empty if there are none or they belong to other weights."""
    try:
        held = json.loads((folder / NAME).read_text(encoding="utf-8"))
        if held["weights"] != fingerprint(folder):
            return {}
        return {
            prompt: Stored(
                tuple(Token(i, bytes.fromhex(data), a, b) for i, data, a, b in found["tokens"]),
                tuple(found["best"]),
                tuple(float(p) for p in found["probs"]),
            )
            for prompt, found in held["examples"].items()
        }
    except (OSError, ValueError, KeyError, TypeError):  # an aid for the first seconds, no more
        return {}
