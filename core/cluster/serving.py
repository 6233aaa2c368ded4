"""What our models are called among a cluster's applications, and where their code lies."""

from __future__ import annotations

from pathlib import Path
from urllib.parse import quote, unquote

#: The folder that holds `core`; it is at the same place on every machine.
ROOT = Path(__file__).parents[2]
PREFIX = "gpt2-hood:"


def app_of(key: str) -> str:
    """The application that serves a model, by the model's canonical name."""
    return PREFIX + quote(key, safe="")


def key_of_app(name: str) -> str | None:
    """The model that an application serves; None for what is not ours."""
    return unquote(name.removeprefix(PREFIX)) if name.startswith(PREFIX) else None
