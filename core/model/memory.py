"""How much memory is really free, how much a model needs, and where its weights go.

In a container the host's memory says nothing: the control group's limit counts.
"""

from __future__ import annotations

import ctypes
import os
import platform
import time
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path

from core.model.shape import ITEM_BYTES, Shape

#: Limits above this are the kernel's way of writing "none".
_NO_LIMIT = 1 << 60


def _number(path: Path) -> int | None:
    try:
        text = path.read_text().strip()
    except OSError:
        return None
    return int(text) if text.isdigit() and int(text) < _NO_LIMIT else None


def _statistic(path: Path, name: str) -> int:
    """One line of a control group's ``memory.stat``, in bytes; 0 if it is not there."""
    try:
        lines = path.read_text().splitlines()
    except OSError:
        return 0
    return next((int(line.split()[1]) for line in lines if line.startswith(f"{name} ")), 0)


def container_free(root: Path = Path("/")) -> int | None:
    """Bytes that the control groups of this process still grant.

    Parameters
    ----------
    root : the file system's root; another one in tests

    Returns
    -------
    int or None
        The least over the process's group and the groups above it; None without a limit.

    References
    ----------
    Linux kernel documentation, Control Group v2 (memory.max) and v1 (memory.limit_in_bytes).
    """
    try:
        lines = (root / "proc/self/cgroup").read_text().splitlines()
    except OSError:
        return None
    found: list[int] = []
    for line in lines:
        _id, controllers, path = line.split(":", 2)
        if controllers == "":  # version 2
            mount, files = root / "sys/fs/cgroup", ("memory.max", "memory.current")
            cache = "inactive_file"
        elif "memory" in controllers.split(","):  # version 1
            mount = root / "sys/fs/cgroup/memory"
            files = ("memory.limit_in_bytes", "memory.usage_in_bytes")
            cache = "total_inactive_file"
        else:
            continue
        # A group is bound by every group above it. Inside a container the path may be that of
        # the host and lead nowhere; the mount itself is then the container's own group.
        parts = [p for p in path.split("/") if p not in ("", "..")]
        for depth in range(len(parts), -1, -1):
            group = mount.joinpath(*parts[:depth])
            limit, used = _number(group / files[0]), _number(group / files[1])
            if limit is not None and used is not None:
                # Files read long ago count as used, but the kernel drops them when asked.
                free = limit - max(0, used - _statistic(group / "memory.stat", cache))
                found.append(max(0, free))
    return min(found, default=None)


def free_memory(root: Path = Path("/")) -> int:
    """Bytes of memory that a load may count on: the machine's, or the container's if less."""
    import psutil

    machine = psutil.virtual_memory().available
    container = container_free(root)
    return machine if container is None else min(machine, container)


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
    import torch

    found = []
    if torch.cuda.is_available():
        for i in range(torch.cuda.device_count()):
            name = f"cuda:{i}"
            found.append(Device(name, torch.cuda.mem_get_info(i)[0], fast_half(name)))
    free = max(0, free_memory() - reserve)
    if torch.backends.mps.is_available():
        found.append(Device("mps", free, fast_half("mps")))  # shares the main memory
    return [*found, Device("cpu", free, fast_half("cpu"))]


#: Rows, inputs and outputs of the product by which a device's types are compared.
_TRIAL = (64, 512, 512)
#: The 16-bit types, the one with float32's range first: of two that are as fast it is taken.
_HALVES = ("bfloat16", "float16")


@lru_cache(maxsize=32)
def fast_half(device: str) -> str | None:
    """The 16-bit type that multiplies at least as fast as float32 on a device, by measurement.

    Processors without an instruction for it emulate bfloat16, thirty times slower than
    float32; some older GPUs do the same. None if there is no such type.
    """
    seconds = product_seconds(device, ("float32", *_HALVES))
    limit = seconds.pop("float32", 0.0)
    # A tenth is noise, and bfloat16 does not overflow.
    best = min(seconds, key=lambda d: seconds[d] * (1.0 if d == _HALVES[0] else 1.1), default=None)
    return best if best is not None and seconds[best] <= limit else None


def product_seconds(device: str, dtypes: tuple[str, ...]) -> dict[str, float]:
    """Seconds that one small product takes in each type; a type that fails is left out.

    What takes ten times as long as the fastest is not measured to the end.
    """
    import torch

    rows, n_in, n_out = _TRIAL
    where = torch.device(device)

    def once(dtype: str) -> float:
        x, weight = operands[dtype]
        begin = time.perf_counter()
        product = x @ weight
        product[0, 0].item()  # an accelerator computes behind our back until it is asked
        return time.perf_counter() - begin

    operands, best = {}, {}
    for dtype in dtypes:
        kind = getattr(torch, dtype)
        try:
            operands[dtype] = (
                torch.ones(rows, n_in, dtype=kind, device=where),
                torch.ones(n_in, n_out, dtype=kind, device=where),
            )
            once(dtype)  # wakes the libraries up
            best[dtype] = once(dtype)
        except (RuntimeError, TypeError):  # not on this device
            continue
    for _trial in range(5):
        for dtype in best:
            if best[dtype] <= 10 * min(best.values()):
                best[dtype] = min(best[dtype], once(dtype))
    return best


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
    gpus = sorted((p for p in places if p.name.startswith("cuda")), key=lambda p: -p.free)
    mps = [p for p in places if p.name == "mps"]
    cpu = next(p for p in places if p.name == "cpu")
    room = cpu.free + reclaimable
    full = dtype or "float32"
    for place in [*gpus, *mps]:
        if place.free + (reclaimable if place in mps else 0) >= needed_bytes(shape, full):
            return Plan(full, place.name)
    spread = {int(g.name.split(":")[1]): g.free - working_bytes(shape) for g in gpus}
    spread = {i: free for i, free in spread.items() if free > 0}
    # A block is never cut in two, so every card may leave up to one block unused.
    lost = len(spread) * shape.block_params * ITEM_BYTES[full]
    if len(spread) > 1 and sum(spread.values()) - lost >= shape.n_params * ITEM_BYTES[full]:
        return Plan(full, "auto", {**spread})
    if dtype is None:
        for gpu in gpus:
            if gpu.half and gpu.free >= needed_bytes(shape, gpu.half):
                return Plan(gpu.half, gpu.name)
    if full not in ("float32", cpu.half):
        return None  # the processor would only emulate it
    if room >= needed_bytes(shape, full):
        return Plan(full, "cpu")
    if dtype is None and cpu.half and room >= needed_bytes(shape, cpu.half):
        return Plan(cpu.half, "cpu")
    n_disk = blocks_on_disk(shape, room, full)
    return Plan(full, "cpu", n_disk=n_disk) if allow_disk and n_disk is not None else None


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


#: mallopt's numbers for its two thresholds (malloc.h), and what they are set to.
_TRIM_THRESHOLD, _MMAP_THRESHOLD = -1, -3
_KEPT_ON_TOP, _GIVEN_BACK_FROM = 16 * 2**20, 8 * 2**20


def tune_allocator() -> bool:
    """Let glibc give large tensors back at once, and keep small ones at hand.

    By itself it raises the size from which memory goes back to the system as large
    blocks are freed, up to 32 MB; patterns of a long prompt then leave holes that
    nobody can use (150 MB after the attention page's grid at 1,024 tokens), while
    the top of the heap is handed to and fro with every token.

    Returns
    -------
    bool
        Whether it was done: not for another C library, nor where the host decided
        (``MALLOC_*`` or ``GLIBC_TUNABLES`` in the environment).
    """
    decided = any(n.startswith("MALLOC_") or n == "GLIBC_TUNABLES" for n in os.environ)
    if decided or platform.libc_ver()[0] != "glibc":
        return False
    try:
        mallopt = ctypes.CDLL(None).mallopt
    except (OSError, AttributeError):
        return False
    return bool(
        mallopt(_MMAP_THRESHOLD, _GIVEN_BACK_FROM) and mallopt(_TRIM_THRESHOLD, _KEPT_ON_TOP)
    )


def give_back() -> bool:
    """Hand memory that nobody uses back to the system, holes between used blocks too.

    glibc by itself gives back only what lies at the end of a heap. Takes some
    milliseconds, so call it when nothing else is to be done.

    Returns
    -------
    bool
        Whether some was given back; False for another C library too.
    """
    if platform.libc_ver()[0] != "glibc":
        return False
    try:
        return bool(ctypes.CDLL(None).malloc_trim(0))
    except (OSError, AttributeError):
        return False
