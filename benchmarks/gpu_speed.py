"""How fast a device captures and decodes, as share of what its memory allows."""

from __future__ import annotations

import gc
import time
from collections.abc import Callable
from typing import TYPE_CHECKING

import torch

from benchmarks.measure import print_row, some_ids, table, typical
from core.engine.batch import Batch
from core.engine.forward import Forward
from core.engine.prefill import Prefilled, prefill
from core.model.loaded import LoadedModel

if TYPE_CHECKING:
    from benchmarks.gpu import Asked

__all__ = ["all_shapes", "bandwidth", "difference", "some_ids"]


def seconds_of(device: torch.device, work: Callable[[], object], trials: int) -> float:
    """A typical trial, waited for to its end."""
    times = []
    for trial in range(trials + 2):
        wait_for(device)
        begin = time.perf_counter()
        work()
        wait_for(device)
        if trial >= 2:
            times.append(time.perf_counter() - begin)
    return typical(times)


def wait_for(device: torch.device) -> None:
    """A GPU computes behind our back until it is asked."""
    if device.type == "cuda":
        torch.cuda.synchronize(device)


def bandwidth(device: torch.device) -> float:
    """GB/s at which one long row of numbers is read."""
    n = 2**28 if device.type == "cuda" else 2**24
    numbers = torch.ones(n, device=device)
    return 4 * n / 1e9 / seconds_of(device, numbers.sum, 10)


def read(loaded: LoadedModel, ids: tuple[int, ...], forward: Forward | None = None) -> Prefilled:
    """A text, through our pass."""
    *_pieces, text = prefill(forward or Forward(loaded), ids)
    assert text is not None
    return text


def difference(ours: LoadedModel, theirs: LoadedModel, ids: tuple[int, ...]) -> float:
    """Our logits of one model from transformers' of another, as share of the largest."""
    found = torch.from_numpy(read(ours, ids).logits.copy())
    tensor = torch.tensor([ids], device=theirs.device)
    wanted = theirs.model(tensor, use_cache=False).logits[0, -1].float().cpu()
    return float((found - wanted).abs().max() / wanted.abs().max())


def all_shapes(asked: Asked) -> None:
    """Each shape in turn; the one before it is given back first."""
    reads = bandwidth(asked.device)
    head = ["shape", "weights", *(f"capture, {n:,} tokens" for n in asked.sizes),
            "one token", "of the bandwidth", "memory at most"]  # fmt: skip
    steps = [f"{n}" for n in asked.batches]
    batches: list[list[str]] = []
    table(f"Speed, float32; memory reads at {reads:,.0f} GB/s; goal 60% for Large", head, [])
    for name in asked.shapes:
        loaded = asked.model(name)
        forward = Forward(loaded)
        captures = [_capture(asked, forward, n) for n in asked.sizes]
        times = [_step(asked, forward, n) for n in asked.batches]
        weights = loaded.n_bytes - loaded.model.transformer.wpe.weight.nbytes
        print_row([
            name,
            f"{loaded.n_bytes / 1e9:.2f} GB",
            *(f"{1e3 * one:.1f} ms" for one in captures),
            f"{1e3 * times[0]:.2f} ms",
            f"{weights / 1e9 / times[0] / reads:.0%}",
            _most(asked.device),
        ])  # fmt: skip
        batches.append([name, *(f"{one / times[0]:.2f}" for one in times)])
        del loaded, forward
        gc.collect()
        if asked.is_cuda:
            torch.cuda.empty_cache()
            torch.cuda.reset_peak_memory_stats()
    table("One step of many sequences, times one alone; goal 2 for 32", ["shape", *steps], batches)


def _capture(asked: Asked, forward: Forward, n: int) -> float:
    ids = some_ids(n)
    return seconds_of(asked.device, lambda: read(forward.loaded, ids, forward), 5)


def _step(asked: Asked, forward: Forward, n: int) -> float:
    """Seconds for one token of so many sequences."""
    batch, text = Batch(forward), read(forward.loaded, some_ids(16), forward)
    rows = [(batch.join(text), 11) for _sequence in range(n)]
    return seconds_of(asked.device, lambda: batch.step(rows), 20)


def _most(device: torch.device) -> str:
    if device.type != "cuda":
        return "–"
    return f"{torch.cuda.max_memory_allocated(device) / 2**30:.1f} GiB"
