"""The Hugging Face Hub as this machine knows it: its address, and its files in the local cache.

Nothing here touches the network, and huggingface_hub is imported only when it is asked for: the
catalogue must be quick to import.
"""

from __future__ import annotations

import os
from pathlib import Path

from core.errors import BadCheckpoint
from core.model.files import has_vocabulary, weight_files


def cache_folder() -> Path:
    """Where the Hub's files lie on this machine."""
    from huggingface_hub import constants

    return Path(constants.HF_HUB_CACHE).absolute()


def endpoint() -> str:
    """The address of the Hub; ``HF_ENDPOINT`` names another."""
    from huggingface_hub import constants

    return (os.environ.get("HF_ENDPOINT") or constants.ENDPOINT).rstrip("/")


def offline() -> bool:
    """Whether this process was told to stay away from the Hub (``HF_HUB_OFFLINE``)."""
    value = os.environ.get("HF_HUB_OFFLINE") or os.environ.get("TRANSFORMERS_OFFLINE") or ""
    return value.upper() in {"1", "ON", "YES", "TRUE"}


def cached_folder(repo_id: str) -> Path | None:
    """The folder of a Hub id in the local cache, or None if no ``config.json`` lies there."""
    from huggingface_hub import try_to_load_from_cache
    from huggingface_hub.errors import HFValidationError

    try:
        found = try_to_load_from_cache(repo_id, "config.json", cache_dir=cache_folder())
    except (HFValidationError, OSError, ValueError):
        return None
    return Path(found).parent if isinstance(found, str) else None


def cached_checkpoint(repo_id: str) -> Path | None:
    """The folder of a Hub id in the local cache if it is whole, so that no network is needed."""
    folder = cached_folder(repo_id)
    if folder is None or not has_vocabulary(folder):
        return None
    try:
        weights = weight_files(folder)
    except BadCheckpoint:
        return None
    return folder if all(path.is_file() for path in weights) else None
