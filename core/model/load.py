"""Load a GPT-2 checkpoint: find it, fetch it, make sure that it is whole, and place its weights."""

from __future__ import annotations

import os
from collections.abc import Callable
from pathlib import Path

import torch

from core.model.catalogue import Entry, find
from core.model.config import check_config, read_config
from core.model.fetch import fetch
from core.model.files import check_small_files, check_weights
from core.model.hub import cached_checkpoint
from core.model.loaded import LoadedModel, describe
from core.model.misfit import check_shapes, not_finite
from core.model.placement import Plan
from core.model.progress import LoadProgress, Progress
from core.model.room import find_room
from core.model.shape import ITEM_BYTES, Shape
from core.model.tokenizer import read_tokenizer
from core.model.weights import read_weights
from core.settings import Settings, load_settings


def load_model(
    name: str,
    *,
    dtype: str | torch.dtype | None = None,
    max_memory: dict[int | str, int | str] | None = None,
    progress: Progress | None = None,
    settings: Settings | None = None,
    offload_folder: str | os.PathLike[str] | None = None,
    reclaimable: int = 0,
) -> LoadedModel:
    """Load a GPT-2 checkpoint, downloading it first if it has to come from the Hub.

    A checkpoint that lies whole in the Hub's local cache is used as it is, without a network.

    Parameters
    ----------
    name : ``"storyteller"``, another key of the catalogue, a Hub id, or a folder
    dtype : type of the weights; None means float32 wherever it fits
    max_memory : most bytes for each device, as accelerate takes it
        (``{0: "4GiB", "cpu": "8GiB"}``); None lets the memory that is free decide. The
        embeddings always stay in memory, because the tied head needs them whole.
    progress : told about each step; an exception from it ends the load
    settings : what the host allows; the process's own if None
    offload_folder : where weights go that must be rewritten to be read from disk
    reclaimable : bytes of main memory that the caller gives back at the stage "weights"

    Returns
    -------
    LoadedModel
        Checked and warmed up: every weight came from the files, and one token has run through.

    Raises
    ------
    UnknownModel
        If there is no such model, or the host does not allow it.
    NoNetwork
        If the Hub is needed and cannot be reached.
    BadCheckpoint
        If the files are not a whole GPT-2 checkpoint in safetensors.
    NotEnoughMemory
        If the model does not fit into what is free.
    ValueError
        If `dtype` is no type for weights, or the processor would only emulate it.
    """
    settings = settings or load_settings()
    entry = find(name, settings)
    bounds = {"dtype": _dtype_name(dtype), "max_memory": max_memory, "reclaimable": reclaimable}
    say = progress or (lambda _: None)
    folder, shape, plan = _whole_folder(
        entry, settings, say, lambda shape: find_room(entry, shape, settings, **bounds)
    )
    tokenizer = read_tokenizer(folder, shape.n_vocab)
    model = read_weights(folder, shape, plan, say, offload_folder)
    loaded = describe(entry.key, entry.source, model, tokenizer, shape)
    say(LoadProgress("warming", loaded.n_bytes, loaded.n_bytes))
    _warm_up(loaded)
    say(LoadProgress("ready", loaded.n_bytes, loaded.n_bytes))
    return loaded


def _dtype_name(dtype: str | torch.dtype | None) -> str | None:
    if dtype is None:
        return None
    name = str(dtype).removeprefix("torch.")
    if name not in ITEM_BYTES:
        raise ValueError(f"dtype {dtype!r} is not one of {sorted(ITEM_BYTES)}")
    return name


def _whole_folder(
    entry: Entry, settings: Settings, say: Progress, place: Callable[[Shape], Plan]
) -> tuple[Path, Shape, Plan]:
    """The folder of the checkpoint, downloaded if it must be, with all its files whole."""

    def check(folder: Path) -> tuple[Shape, Plan]:
        shape = check_config(read_config(folder))
        return shape, place(shape)

    def tick(stage: str, done: int, total: int) -> None:
        say(LoadProgress(stage, done, total or entry.download_bytes))

    if entry.folder is None and entry.shape is not None:
        # Of the catalogue's models the need is known: refuse before the Hub is asked for anything.
        place(entry.shape)
    folder = entry.folder or cached_checkpoint(entry.source)
    if folder is None:
        folder = fetch(entry.source, timeout=settings.network_timeout, tick=tick, on_config=check)
    shape, plan = check(folder)
    check_small_files(folder)
    # Before a model of this shape is made: its numbers might be nowhere in the files.
    check_shapes(check_weights(folder), shape)
    return folder, shape, plan


def _warm_up(loaded: LoadedModel) -> None:
    """Run one token: memory-mapped weights are read now, not under the first visitor."""
    ids = torch.zeros((1, 1), dtype=torch.long, device=loaded.device)
    with torch.inference_mode():
        logits = loaded.model(ids, use_cache=False).logits
    if not bool(torch.isfinite(logits).all()):
        raise not_finite()
