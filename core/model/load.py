"""Load a GPT-2 checkpoint and place its weights.

transformers reads the files and accelerate places them; this file makes sure that what comes out
is whole. `from_pretrained` alone would fill missing weights with random numbers and say so only
in the log.
"""

from __future__ import annotations

import json
import os
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Any

import torch
from transformers import GPT2LMHeadModel, GPT2TokenizerFast
from transformers.utils import logging as transformers_logging

from core.errors import BadCheckpoint, NotEnoughMemory
from core.language import _, on_one_line
from core.model import download as hub
from core.model import memory
from core.model.catalogue import Entry, find, offered, read_config
from core.model.loaded import LoadedModel, Placement
from core.model.pool import LoadProgress
from core.model.shape import ITEM_BYTES, Shape
from core.numbers import byte_size
from core.settings import Settings, load_settings

#: from_pretrained changes state of the whole process while it runs (torch's default dtype, its
#: initialisers, our progress hook), so one load at a time.
_ONE_AT_A_TIME = threading.Lock()

#: The same tanh formula under its names in transformers; every other curve is another model.
_TANH_GELU = {"gelu_new", "gelu_pytorch_tanh"}

Progress = Callable[[LoadProgress], None]


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
    wanted = _dtype_name(dtype)
    entry = find(name, settings)
    say = progress or (lambda _: None)

    def check(folder: Path) -> tuple[Shape, memory.Plan]:
        shape = check_config(read_config(folder))
        return shape, _plan(entry, shape, wanted, max_memory, settings, reclaimable)

    if entry.shape is not None and not os.path.isabs(entry.source):
        # Of the catalogue's models the need is known: refuse before the Hub is asked for anything.
        _plan(entry, entry.shape, wanted, max_memory, settings, reclaimable)
    folder = _folder(entry, settings, say, lambda path: check(path) and None)
    shape, plan = check(folder)
    _check_files(folder)
    tokenizer = _tokenizer(folder, shape)

    n_bytes = shape.n_params * ITEM_BYTES[plan.dtype]
    say(LoadProgress("weights", 0, n_bytes))
    with _ONE_AT_A_TIME, _weights_progress(say, n_bytes):
        model = _read(folder, shape, plan, offload_folder)
    model.eval().requires_grad_(False)

    say(LoadProgress("warming", n_bytes, n_bytes))
    loaded = _describe(entry, model, tokenizer, shape)
    _warm_up(loaded)
    say(LoadProgress("ready", n_bytes, n_bytes))
    return loaded


def _dtype_name(dtype: str | torch.dtype | None) -> str | None:
    if dtype is None:
        return None
    name = str(dtype).removeprefix("torch.")
    if name not in ITEM_BYTES:
        raise ValueError(f"dtype {dtype!r} is not one of {sorted(ITEM_BYTES)}")
    return name


# --- before the weights ---------------------------------------------------------------------


def _folder(
    entry: Entry, settings: Settings, say: Progress, on_config: Callable[[Path], None]
) -> Path:
    """The folder of the checkpoint, downloaded if it must be."""
    if os.path.isabs(entry.source):
        return Path(entry.source)
    cached = hub.cached_checkpoint(entry.source)
    if cached is not None:
        return cached

    def tick(stage: str, done: int, total: int) -> None:
        say(LoadProgress(stage, done, total or entry.download_bytes))

    return hub.fetch(entry.source, timeout=settings.network_timeout, tick=tick, on_config=on_config)


def check_config(config: dict[str, Any]) -> Shape:
    """The shape of a checkpoint that is a GPT-2 in every respect.

    Relatives that compute something else under the same name are refused: the pages would
    explain a formula that the model does not use.

    Parameters
    ----------
    config : the parsed ``config.json``

    Raises
    ------
    BadCheckpoint
        Naming the first setting that GPT-2 does not have.
    """
    shape = Shape.from_config(config)
    ours = {
        "activation_function": config.get("activation_function", "gelu_new") in _TANH_GELU,
        "n_inner": config.get("n_inner") in (None, 4 * shape.n_embd),
        "scale_attn_weights": config.get("scale_attn_weights", True) is True,
        "scale_attn_by_inverse_layer_idx": not config.get("scale_attn_by_inverse_layer_idx"),
        "add_cross_attention": not config.get("add_cross_attention"),
        "tie_word_embeddings": config.get("tie_word_embeddings", True) is True,
        "quantization_config": not config.get("quantization_config"),
        # It would name a weights file of any kind, a pickle too.
        "transformers_weights": not config.get("transformers_weights"),
    }
    for name, same in ours.items():
        if not same:
            raise BadCheckpoint(
                _("This checkpoint differs from GPT-2 in {name} = {value}.").format(
                    name=name, value=on_one_line(json.dumps(config.get(name)))
                ),
                _("Choose a checkpoint with GPT-2's own settings."),
            )
    return shape


def _check_files(folder: Path) -> None:
    """Hold every weights file against the sizes in its own header."""
    for path in hub.weight_files(folder):
        if not path.is_file():
            raise BadCheckpoint(
                _("A part of the weights, {name}, is missing.").format(name=on_one_line(path.name)),
                _("Download or copy the checkpoint again, with all its parts."),
            )
        size = path.stat().st_size
        with path.open("rb") as file:
            start = file.read(8)
            if start.startswith(b"version "):
                raise BadCheckpoint(
                    _("{name} is only a pointer of Git LFS, not the weights.").format(
                        name=on_one_line(path.name)
                    ),
                    _("Run “git lfs pull” in the folder of the checkpoint."),
                )
            length = int.from_bytes(start, "little")
            try:
                if len(start) < 8 or length > size - 8:
                    raise ValueError("no header")
                header = json.loads(file.read(length))
                end = max(
                    (v["data_offsets"][1] for k, v in header.items() if k != "__metadata__"),
                    default=0,
                )
            except (ValueError, KeyError, TypeError, IndexError, AttributeError) as error:
                raise BadCheckpoint(
                    _("{name} is not a whole safetensors file.").format(
                        name=on_one_line(path.name)
                    ),
                    _("Download or copy the checkpoint again."),
                ) from error
        if size != 8 + length + end:
            raise BadCheckpoint(
                _("{name} is cut off: it has {size} of {whole}.").format(
                    name=on_one_line(path.name),
                    size=byte_size(size),
                    whole=byte_size(8 + length + end),
                ),
                _("Download or copy the checkpoint again."),
            )


def _tokenizer(folder: Path, shape: Shape) -> GPT2TokenizerFast:
    # Without its files transformers makes a tokenizer of one token, in silence.
    if not hub.has_vocabulary(folder):
        raise BadCheckpoint(
            _("The checkpoint has no vocabulary: tokenizer.json is missing."),
            _("Save the tokenizer beside the model with save_pretrained."),
        )
    try:
        tokenizer = GPT2TokenizerFast.from_pretrained(
            folder, local_files_only=True, trust_remote_code=False
        )
        n_tokens = len(tokenizer)
    except Exception as error:  # the readers of these files raise whatever they meet
        raise BadCheckpoint(
            _("The files of the vocabulary cannot be read."),
            _("Download or copy the checkpoint again."),
        ) from error
    if n_tokens != shape.n_vocab:
        raise BadCheckpoint(
            _("The vocabulary has {n:,} tokens and the model {rows:,}.").format(
                n=n_tokens, rows=shape.n_vocab
            ),
            _("Put the tokenizer that the model was trained with beside it."),
        )
    sample = "One, two  —\té 你好 🙂\n"
    ids = tokenizer(sample, add_special_tokens=False)["input_ids"]
    if tokenizer.decode(ids, clean_up_tokenization_spaces=False) != sample:
        raise BadCheckpoint(
            _("The vocabulary is not a byte-level one: some text does not come back whole."),
            _("Choose a checkpoint with GPT-2's kind of tokenizer."),
        )
    return tokenizer


def _plan(
    entry: Entry,
    shape: Shape,
    dtype: str | None,
    max_memory: dict[int | str, int | str] | None,
    settings: Settings,
    reclaimable: int,
) -> memory.Plan:
    """Where the model goes; refuses one that goes nowhere."""
    places = memory.devices(reserve=settings.memory_reserve_mb * 2**20)
    if dtype not in (None, "float32", places[-1].half) and len(places) == 1:
        raise ValueError(f"this processor only emulates {dtype}: use float32")
    if max_memory is not None:
        return _plan_within(shape, dtype or "float32", max_memory)
    plan = memory.plan(
        shape, places, dtype=dtype, allow_disk=settings.disk_offload, reclaimable=reclaimable
    )
    if plan is None:
        raise _too_big(entry, shape, dtype, places, settings, reclaimable)
    return plan


def _plan_within(shape: Shape, dtype: str, max_memory: dict[int | str, int | str]) -> memory.Plan:
    from accelerate.utils import convert_file_size_to_int

    if set(max_memory) != {"cpu"}:
        return memory.Plan(dtype, "auto", max_memory)
    block = shape.block_params * ITEM_BYTES[dtype]
    rest = shape.n_params * ITEM_BYTES[dtype] - shape.n_layer * block
    room = convert_file_size_to_int(max_memory["cpu"]) - rest
    n_resident = min(shape.n_layer, max(0, room // block))
    return memory.Plan(dtype, "cpu", n_disk=shape.n_layer - n_resident)


def _too_big(
    entry: Entry,
    shape: Shape,
    dtype: str | None,
    places: list[memory.Device],
    settings: Settings,
    reclaimable: int,
) -> NotEnoughMemory:
    """The sentence that says what is needed, what there is, and what would fit."""
    need = memory.needed_bytes(shape, dtype or "float32")
    free = places[-1].free + reclaimable
    fitting = [
        other
        for other in offered(settings)
        if other.shape is not None
        and other.key != entry.key
        and memory.plan(other.shape, places, allow_disk=False, reclaimable=reclaimable)
    ]
    best = max(fitting, key=lambda e: e.shape.n_params if e.shape else 0, default=None)
    if best is not None and best.shape is not None:
        cure = _("{title} fits: it needs {need}.").format(
            title=best.title, need=byte_size(memory.needed_bytes(best.shape))
        )
    else:
        cure = _("Close other programs, or use a computer with more memory.")
    return NotEnoughMemory(
        _("{title} needs {need} of memory and {free} are free.").format(
            title=on_one_line(entry.title), need=byte_size(need), free=byte_size(free)
        ),
        cure,
    )


# --- the weights ----------------------------------------------------------------------------


def _read(
    folder: Path, shape: Shape, plan: memory.Plan, offload_folder: str | os.PathLike[str] | None
) -> GPT2LMHeadModel:
    """The model with the weights of a folder, all of them, where the plan says."""
    options: dict[str, Any] = {"device_map": {"": plan.device}}
    # In float32 first and then smaller: a 16-bit from_pretrained would turn the default type of
    # the whole process to 16 bits while another model computes.
    dtype = torch.float32
    if plan.device == "auto":
        dtype = getattr(torch, plan.dtype)
        options = {"device_map": "auto", "max_memory": plan.max_memory}
    elif plan.n_disk:
        options["device_map"] = _disk_map(shape.n_layer, plan.n_disk)
    elif plan.dtype != "float32":
        options = {}
    try:
        loaded: Any = GPT2LMHeadModel.from_pretrained(
            folder,
            dtype=dtype,
            attn_implementation="sdpa",
            use_safetensors=True,  # never pickles
            local_files_only=True,
            trust_remote_code=False,
            output_loading_info=True,
            ignore_mismatched_sizes=True,  # reported by us, with a sentence
            offload_folder=offload_folder,
            **options,
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
        raise BadCheckpoint(
            _("The weights cannot be read ({kind}).").format(kind=type(error).__name__),
            _("Download or copy the checkpoint again."),
        ) from error
    _require_whole(info)
    if model.lm_head.weight is not model.transformer.wte.weight:
        raise BadCheckpoint(
            _("The checkpoint has a head of its own; GPT-2's head is its token embedding."),
            _("Choose a checkpoint with GPT-2's own settings."),
        )
    return model


def _disk_map(n_layer: int, n_disk: int) -> dict[str, str]:
    """accelerate's device map with the last `n_disk` blocks on disk."""
    fixed = ("transformer.wte", "transformer.wpe", "transformer.drop", "transformer.ln_f")
    places: dict[str, str] = {name: "cpu" for name in [*fixed, "lm_head"]}  # noqa: C420
    for i in range(n_layer):
        places[f"transformer.h.{i}"] = "cpu" if i < n_layer - n_disk else "disk"
    return places


def _require_whole(info: dict[str, Any]) -> None:
    """Refuse a checkpoint of which from_pretrained made up, or left out, anything."""
    missing = sorted(info["missing_keys"])
    mismatched = sorted(info["mismatched_keys"])
    # Extra heads do no harm, but a block more than the configuration has is a model cut short.
    unexpected = sorted(k for k in info["unexpected_keys"] if ".h." in f".{k}")
    if mismatched:
        name, found, wanted = mismatched[0]
        raise BadCheckpoint(
            _("{name} has the shape {found} where config.json asks for {wanted}.").format(
                name=on_one_line(name), found=tuple(found), wanted=tuple(wanted)
            ),
            _("Use the config.json that belongs to these weights."),
        )
    if missing:
        raise BadCheckpoint(
            _("{n} weights are missing from the files, the first is {name}.").format(
                n=len(missing), name=on_one_line(missing[0])
            ),
            _("Use the config.json that belongs to these weights, or download them again."),
        )
    if unexpected:
        raise BadCheckpoint(
            _("The files hold {n} weights that config.json knows nothing of, as {name}.").format(
                n=len(unexpected), name=on_one_line(unexpected[0])
            ),
            _("Use the config.json that belongs to these weights."),
        )
    if info.get("error_msgs"):
        raise BadCheckpoint(
            _("The weights do not fit the model."), _("Download or copy the checkpoint again.")
        )


@contextmanager
def _weights_progress(say: Progress, n_bytes: int) -> Iterator[None]:
    """Turn the bar that transformers draws while it loads into our progress."""

    class Bar:
        def __init__(self, items: Any = None, **options: Any) -> None:
            self.items = items
            self.total = options.get("total") or (len(items) if hasattr(items, "__len__") else 0)

        def __iter__(self) -> Iterator[Any]:
            for i, item in enumerate(self.items):
                yield item
                # A load that is left ends after this stage: from_pretrained must put back what
                # it changed in the process.
                with suppress(Exception):
                    say(LoadProgress("weights", n_bytes * (i + 1) // max(1, self.total), n_bytes))

        def __enter__(self) -> Bar:
            return self

        def __exit__(self, *_: object) -> None:
            pass

        def __getattr__(self, _name: str) -> Callable[..., None]:
            return lambda *_, **__: None  # update, close, set_postfix: nothing to draw

    before = transformers_logging.set_tqdm_hook(
        lambda _factory, args, options: Bar(*args, **options)
    )
    try:
        yield
    finally:
        transformers_logging.set_tqdm_hook(before)


# --- after the weights ----------------------------------------------------------------------


def _describe(
    entry: Entry, model: GPT2LMHeadModel, tokenizer: GPT2TokenizerFast, shape: Shape
) -> LoadedModel:
    body = model.transformer
    blocks = [("wte", body.wte), ("wpe", body.wpe)]
    blocks += [(f"h.{i}", block) for i, block in enumerate(body.h)] + [("ln_f", body.ln_f)]
    mapped: dict[str, Any] = getattr(model, "hf_device_map", None) or {}
    placement = []
    for name, module in blocks:
        weights = list(module.parameters())
        device = _mapped_device(f"transformer.{name}", mapped) or str(weights[0].device)
        dtype = str(weights[0].dtype).removeprefix("torch.")
        n_bytes = sum(w.numel() * w.element_size() for w in weights)
        placement.append(Placement(name, device, dtype, n_bytes))
    hook = getattr(body.wte, "_hf_hook", None)
    place = getattr(hook, "execution_device", None)
    device = body.wte.weight.device if place is None else torch.device(place)
    return LoadedModel(
        key=entry.key,
        model=model,
        tokenizer=tokenizer,
        shape=shape,
        placement=tuple(placement),
        source=entry.source,
        n_bytes=sum(p.n_bytes for p in placement),
        device=device,
        offloaded=any(w.is_meta for w in model.parameters()),
    )


def _mapped_device(name: str, mapped: dict[str, Any]) -> str | None:
    """What a device map says of a module: the entry of the module or of one that holds it."""
    parts = name.split(".")
    for n in range(len(parts), -1, -1):
        place = mapped.get(".".join(parts[:n]))
        if place is not None:
            return f"cuda:{place}" if isinstance(place, int) else str(place)
    return None


def _warm_up(loaded: LoadedModel) -> None:
    """Run one token: memory-mapped weights are read now, not under the first visitor."""
    ids = torch.zeros((1, 1), dtype=torch.long, device=loaded.device)
    with torch.inference_mode():
        logits = loaded.model(ids, use_cache=False).logits
    if not bool(torch.isfinite(logits).all()):
        raise BadCheckpoint(
            _("The weights hold numbers that are not finite."),
            _("Download or copy the checkpoint again."),
        )
