"""How much memory a model takes, and on which device of this machine its weights go."""

from __future__ import annotations

from dataclasses import dataclass

import torch

from core.model.half import fast_half
from core.model.memory import free_memory
from core.model.shape import ITEM_BYTES, Shape


def working_bytes(shape: Shape) -> int:
    """Memory that looking at one longest text takes beside the weights, in bytes.

    One trace (the residual stream of every layer), one layer opened (its queries, keys, values,
    MLP and three matrices per head), the cache of keys and values, and some rows of logits.
    """
    t, d = shape.n_ctx, shape.n_embd
    trace = (shape.n_layer + 1) * t * d
    layer = 3 * shape.n_head * t * t + (3 + 8) * t * d
    cache = 2 * shape.n_layer * t * d
    logits = 16 * shape.n_vocab
    return 4 * (trace + layer + cache + logits)


def needed_bytes(shape: Shape, dtype: str = "float32") -> int:
    """Memory that a model takes on one device: weights and working memory, in bytes."""
    return shape.n_params * ITEM_BYTES[dtype] + working_bytes(shape)


@dataclass(frozen=True)
class Device:
    """A place where weights can live.

    Attributes
    ----------
    name : as torch names it: ``cuda:0``, ``mps``, ``cpu``
    free : bytes
    half : the 16-bit type that is fast here, or None
    """

    name: str
    free: int
    half: str | None = None


def devices(reserve: int = 0) -> list[Device]:
    """The devices of this machine, accelerators first and the processor last.

    Parameters
    ----------
    reserve : bytes of main memory to leave free
    """
    found = []
    if torch.cuda.is_available():
        for i in range(torch.cuda.device_count()):
            name = f"cuda:{i}"
            found.append(Device(name, torch.cuda.mem_get_info(i)[0], fast_half(name)))
    free = max(0, free_memory() - reserve)
    if torch.backends.mps.is_available():
        found.append(Device("mps", free, fast_half("mps")))  # shares the main memory
    return [*found, Device("cpu", free, fast_half("cpu"))]


@dataclass(frozen=True)
class Plan:
    """Where the weights of a model go, and as what.

    Attributes
    ----------
    dtype : type of the weights
    device : the device that computes, or ``auto``: spread over several GPUs
    max_memory : bytes by device, for ``auto``
    n_disk : blocks that stay on disk and are read when they are needed
    """

    dtype: str
    device: str
    max_memory: dict[int | str, int | str] | None = None
    n_disk: int = 0


def plan(
    shape: Shape,
    places: list[Device],
    *,
    dtype: str | None = None,
    allow_disk: bool = True,
    reclaimable: int = 0,
) -> Plan | None:
    """The best place that a model fits, or None if it fits nowhere.

    float32 comes first, because the numbers on the page are held against float32; 16 bits only
    where the device has them in hardware and float32 does not fit it.

    Parameters
    ----------
    places : as `devices` gives them
    dtype : a type that is asked for; None leaves the choice here
    allow_disk : whether blocks may stay on disk
    reclaimable : bytes of main memory that will be given back before the weights are read
    """
    full = dtype or "float32"
    found = _on_accelerators(shape, places, full, reclaimable)
    if found is None and dtype is None:
        found = _in_half(shape, _gpus(places))
    cpu = next(p for p in places if p.name == "cpu")
    room = cpu.free + reclaimable
    # Another type the processor would only emulate.
    if found is not None or full not in ("float32", cpu.half):
        return found
    if room >= needed_bytes(shape, full):
        return Plan(full, "cpu")
    if dtype is None and cpu.half and room >= needed_bytes(shape, cpu.half):
        return Plan(cpu.half, "cpu")
    n_disk = blocks_on_disk(shape, room, full)
    return Plan(full, "cpu", n_disk=n_disk) if allow_disk and n_disk is not None else None


def _gpus(places: list[Device]) -> list[Device]:
    """The GPUs, the one with most room first."""
    return sorted((p for p in places if p.name.startswith("cuda")), key=lambda p: -p.free)


def _on_accelerators(
    shape: Shape, places: list[Device], dtype: str, reclaimable: int
) -> Plan | None:
    """One accelerator that holds the whole model in a type, or several GPUs that do together."""
    need, gpus = needed_bytes(shape, dtype), _gpus(places)
    mps = [p for p in places if p.name == "mps"]
    for place in [*gpus, *mps]:
        if place.free + (reclaimable if place in mps else 0) >= need:
            return Plan(dtype, place.name)
    spread = {int(g.name.split(":")[1]): g.free - working_bytes(shape) for g in gpus}
    spread = {i: free for i, free in spread.items() if free > 0}
    # A block is never cut in two, so every card may leave up to one block unused.
    lost = len(spread) * shape.block_params * ITEM_BYTES[dtype]
    if len(spread) > 1 and sum(spread.values()) - lost >= shape.n_params * ITEM_BYTES[dtype]:
        return Plan(dtype, "auto", {**spread})
    return None


def _in_half(shape: Shape, gpus: list[Device]) -> Plan | None:
    """The first GPU that holds the model in the 16-bit type that it has in hardware."""
    for gpu in gpus:
        if gpu.half and gpu.free >= needed_bytes(shape, gpu.half):
            return Plan(gpu.half, gpu.name)
    return None


def blocks_on_disk(shape: Shape, room: int, dtype: str = "float32") -> int | None:
    """How many blocks must stay on disk, or None if even the rest does not fit.

    The embeddings stay in memory, since the tied head needs them whole, and so does the one
    block that is at work.
    """
    item = ITEM_BYTES[dtype]
    block = shape.block_params * item
    fixed = (shape.n_params * item - shape.n_layer * block) + block + working_bytes(shape)
    if room < fixed:
        return None
    return max(0, shape.n_layer - (room - fixed) // block)
