"""Find a model's place on this machine, or say why it has none and what would fit."""

from __future__ import annotations

from accelerate.utils import convert_file_size_to_int

from core.errors import NotEnoughMemory
from core.language import _, on_one_line
from core.model import placement
from core.model.catalogue import Entry, offered
from core.model.placement import Device, Plan, needed_bytes
from core.model.shape import ITEM_BYTES, Shape
from core.numbers import byte_size
from core.settings import Settings


def find_room(
    entry: Entry,
    shape: Shape,
    settings: Settings,
    *,
    dtype: str | None = None,
    max_memory: dict[int | str, int | str] | None = None,
    reclaimable: int = 0,
) -> Plan:
    """Where a model goes.

    Parameters
    ----------
    dtype, max_memory, reclaimable : as `core.model.load.load_model` takes them

    Raises
    ------
    NotEnoughMemory
        If it goes nowhere; names a model of this server that fits.
    ValueError
        If the processor would only emulate `dtype`.
    """
    places = placement.devices(reserve=settings.memory_reserve_mb * 2**20)
    if dtype not in (None, "float32", places[-1].half) and len(places) == 1:
        raise ValueError(f"this processor only emulates {dtype}: use float32")
    if max_memory is not None:
        return _within(shape, dtype or "float32", max_memory)
    plan = placement.plan(
        shape, places, dtype=dtype, allow_disk=settings.disk_offload, reclaimable=reclaimable
    )
    if plan is None:
        problem = _("{title} needs {need} of memory and {free} are free.").format(
            title=on_one_line(entry.title),
            need=byte_size(needed_bytes(shape, dtype or "float32")),
            free=byte_size(places[-1].free + reclaimable),
        )
        raise NotEnoughMemory(problem, _what_fits(entry, places, settings, reclaimable))
    return plan


def _within(shape: Shape, dtype: str, max_memory: dict[int | str, int | str]) -> Plan:
    """What the caller's own bounds leave in memory; the blocks that they do not stay on disk."""
    if set(max_memory) != {"cpu"}:
        return Plan(dtype, "auto", max_memory)
    block = shape.block_params * ITEM_BYTES[dtype]
    rest = shape.n_params * ITEM_BYTES[dtype] - shape.n_layer * block
    room = convert_file_size_to_int(max_memory["cpu"]) - rest
    n_resident = min(shape.n_layer, max(0, room // block))
    return Plan(dtype, "cpu", n_disk=shape.n_layer - n_resident)


def _what_fits(entry: Entry, places: list[Device], settings: Settings, reclaimable: int) -> str:
    """The cure: the largest other model of this server that fits."""
    fitting = [
        (other.shape.n_params, other.title, needed_bytes(other.shape))
        for other in offered(settings)
        if other.shape is not None
        and other.key != entry.key
        and placement.plan(other.shape, places, allow_disk=False, reclaimable=reclaimable)
    ]
    if not fitting:
        return _("Close other programs, or use a computer with more memory.")
    _n_params, title, need = max(fitting)
    return _("{title} fits: it needs {need}.").format(title=title, need=byte_size(need))
