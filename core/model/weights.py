"""Read the weights of a checkpoint: all of them, none made up, where the plan says.

transformers reads the files and accelerate places them; `from_pretrained` alone would fill
missing weights with random numbers and say so only in the log.
"""

from __future__ import annotations

import os
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Any

import torch
from transformers import GPT2LMHeadModel
from transformers.utils import logging as transformers_logging

from core.errors import BadCheckpoint, NotEnoughMemory
from core.language import _
from core.model.misfit import left_over, missing, not_finite, of_another_shape
from core.model.placement import Plan
from core.model.progress import LoadProgress, Progress
from core.model.shape import ITEM_BYTES, Shape

#: from_pretrained changes state of the whole process while it runs (torch's default dtype, its
#: initialisers, our progress hook), so one load at a time.
_ONE_AT_A_TIME = threading.Lock()

#: How from_pretrained is always called.
_ALWAYS: dict[str, Any] = {
    "attn_implementation": "sdpa",
    "use_safetensors": True,  # never pickles
    "local_files_only": True,
    "trust_remote_code": False,
    "output_loading_info": True,
    "ignore_mismatched_sizes": True,  # reported by us, with a sentence
}


def read_weights(
    folder: Path,
    shape: Shape,
    plan: Plan,
    say: Progress,
    offload_folder: str | os.PathLike[str] | None = None,
) -> GPT2LMHeadModel:
    """The model of a folder, ready to be asked: no gradients, nothing at random.

    Parameters
    ----------
    say : told about the stage "weights"
    offload_folder : where weights go that must be rewritten to be read from disk

    Raises
    ------
    BadCheckpoint
        If a weight is missing, has another shape or cannot be read, or is not finite.
    NotEnoughMemory
        If the memory runs out on the way.
    """
    n_bytes = shape.n_params * ITEM_BYTES[plan.dtype]
    say(LoadProgress("weights", 0, n_bytes))
    with _ONE_AT_A_TIME, _told(say, n_bytes):
        model, info = _read(folder, shape, plan, offload_folder)
    _require_whole(info)
    if model.lm_head.weight is not model.transformer.wte.weight:
        raise BadCheckpoint(
            _("The checkpoint has a head of its own; GPT-2's head is its token embedding."),
            _("Choose a checkpoint with GPT-2's own settings."),
        )
    _require_finite(model.transformer.wpe.weight)
    return model.eval().requires_grad_(False)


def _require_finite(positions: torch.Tensor) -> None:
    """Refuse positions that are no numbers; all other weights the first token runs through."""
    if not bool(torch.isfinite(torch.stack(torch.aminmax(positions))).all()):
        raise not_finite()


def _read(
    folder: Path, shape: Shape, plan: Plan, offload_folder: str | os.PathLike[str] | None
) -> tuple[GPT2LMHeadModel, dict[str, Any]]:
    """The model, and what from_pretrained says of its weights."""
    try:
        loaded: Any = GPT2LMHeadModel.from_pretrained(
            folder, offload_folder=offload_folder, **_ALWAYS, **_where(shape, plan)
        )
        model, info = loaded  # two, because of output_loading_info
        if plan.dtype != "float32" and plan.device != "auto":
            model = model.to(plan.device, getattr(torch, plan.dtype))
    except (MemoryError, torch.OutOfMemoryError) as error:
        raise NotEnoughMemory(
            _("The memory ran out while the weights were read."),
            _("Choose a smaller model, or close other programs."),
        ) from error
    except Exception as error:  # the reader raises whatever a broken file makes it meet
        problem = _("The weights cannot be read ({kind}).").format(kind=type(error).__name__)
        raise BadCheckpoint(problem, _("Download or copy the checkpoint again.")) from error
    return model, info


def _where(shape: Shape, plan: Plan) -> dict[str, Any]:
    """The plan as from_pretrained takes it."""
    # In float32 first and then smaller: a 16-bit from_pretrained would turn the default type of
    # the whole process to 16 bits while another model computes.
    full = {"dtype": torch.float32}
    if plan.device == "auto":
        dtype = getattr(torch, plan.dtype)
        return {"dtype": dtype, "device_map": "auto", "max_memory": plan.max_memory}
    if plan.n_disk:
        return {**full, "device_map": _disk_map(shape.n_layer, plan.n_disk)}
    return {**full, "device_map": {"": plan.device}} if plan.dtype == "float32" else full


def _disk_map(n_layer: int, n_disk: int) -> dict[str, str]:
    """accelerate's device map with the last `n_disk` blocks on disk."""
    fixed = ("transformer.wte", "transformer.wpe", "transformer.drop", "transformer.ln_f")
    places: dict[str, str] = {name: "cpu" for name in [*fixed, "lm_head"]}  # noqa: C420
    for i in range(n_layer):
        places[f"transformer.h.{i}"] = "cpu" if i < n_layer - n_disk else "disk"
    return places


def _require_whole(info: dict[str, Any]) -> None:
    """Refuse a checkpoint of which from_pretrained made up, or left out, anything."""
    # Extra heads do no harm, but a block more than the configuration has is a model cut short.
    unexpected = [k for k in info["unexpected_keys"] if ".h." in f".{k}"]
    for keys, problem in (
        (info["mismatched_keys"], of_another_shape),
        (info["missing_keys"], missing),
        (unexpected, left_over),
    ):
        if keys:
            raise problem(sorted(keys))
    if info.get("error_msgs"):
        raise BadCheckpoint(
            _("The weights do not fit the model."), _("Download or copy the checkpoint again.")
        )


class _Bar:
    """Stands in for the bar that transformers draws while it loads: each step is told."""

    def __init__(self, tell: Callable[[int, int], None], items: Any = None, **options: Any) -> None:
        self.tell, self.items = tell, items
        self.total = options.get("total") or (len(items) if hasattr(items, "__len__") else 0)

    def __iter__(self) -> Iterator[Any]:
        for i, item in enumerate(self.items):
            yield item
            # A load that is left ends after this stage: from_pretrained must put back what it
            # changed in the process.
            with suppress(Exception):
                self.tell(i + 1, max(1, self.total))

    def __enter__(self) -> _Bar:
        return self

    def __exit__(self, *_: object) -> None:
        pass

    def __getattr__(self, _name: str) -> Callable[..., None]:
        return lambda *_, **__: None  # update, close, set_postfix: nothing to draw


@contextmanager
def _told(say: Progress, n_bytes: int) -> Iterator[None]:
    """Turn the bar of transformers into our progress."""

    def tell(done: int, total: int) -> None:
        say(LoadProgress("weights", n_bytes * done // total, n_bytes))

    before = transformers_logging.set_tqdm_hook(
        lambda _factory, args, options: _Bar(tell, *args, **options)
    )
    try:
        yield
    finally:
        transformers_logging.set_tqdm_hook(before)
