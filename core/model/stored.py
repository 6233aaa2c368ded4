"""Results of the examples, stored with the embedded model: shown while the model itself loads.

Written by ``python -m training.stored`` from the running engine, with the
fingerprint of the weights: other weights' results are never shown. What a result
holds, `core.views.machine_stored` says. Importing this file takes no torch.
"""

from __future__ import annotations

import hashlib
import json
from functools import lru_cache
from pathlib import Path
from typing import Any

from core.model.catalogue import STORYTELLER

NAME = "examples.json"


def fingerprint(folder: Path = STORYTELLER) -> str:
    """BLAKE2 of the weights' file: 128 bits in hex."""
    file = folder / "model.safetensors"
    state = file.stat()
    return _digest(file, state.st_mtime_ns, state.st_size)


@lru_cache(maxsize=4)
def _digest(file: Path, *_state: int) -> str:
    # Several readers ask for it while the app starts; the file's state tells when it is another.
    with file.open("rb") as data:
        return hashlib.file_digest(data, lambda: hashlib.blake2b(digest_size=16)).hexdigest()


def dump(results: dict[str, Any], folder: Path = STORYTELLER) -> None:
    """Write results, by prompt, of the weights that lie in `folder`."""
    text = json.dumps({"weights": fingerprint(folder), "examples": results}, ensure_ascii=False)
    (folder / NAME).write_text(text + "\n", encoding="utf-8")


@lru_cache(maxsize=4)
def stored(folder: Path = STORYTELLER) -> dict[str, Any]:
    """The stored results by prompt; empty if there are none or they belong to other weights."""
    try:
        held = json.loads((folder / NAME).read_text(encoding="utf-8"))
        return dict(held["examples"]) if held["weights"] == fingerprint(folder) else {}
    except (OSError, ValueError, KeyError, TypeError):  # an aid for the first seconds, no more
        return {}
