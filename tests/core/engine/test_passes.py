"""The passes as TorchScript: the same numbers as by the functions, without Python's lock."""

from __future__ import annotations

import inspect
import sys
import threading
import time
from collections.abc import Callable

import pytest
import torch

from core.compiled import compiled
from core.engine import forward as module
from core.engine import gemm, passes
from core.engine.batch import Batch
from core.engine.engine import Engine
from core.engine.failures import out_of_memory
from core.engine.forward import Forward
from core.engine.gemm import product
from tests.core.engine.oracle import read_all, same, text

PASSES = [passes.read_rows, passes.step_groups, passes.logits_of]


@pytest.mark.parametrize("function", PASSES, ids=lambda one: one.__name__)
def test_torchscript_reads_it(function: Callable) -> None:
    made = compiled(function)
    assert made is not function  # the way out was not needed
    assert compiled(function) is made


def test_what_cannot_be_compiled_runs_as_it_stands() -> None:
    def strange(x: torch.Tensor) -> torch.Tensor:
        with threading.Lock():
            return x + 1

    assert compiled(strange) is strange


def huge(x: torch.Tensor) -> torch.Tensor:
    return torch.empty([x.shape[0], 1125899906842624])


def wrong(x: torch.Tensor) -> torch.Tensor:
    return product(1, x, x, x, False)


def test_what_fails_in_it_is_known_for_what_it_is() -> None:
    assert compiled(huge) is not huge
    with pytest.raises(RuntimeError) as found:
        compiled(huge)(torch.ones(1))
    assert out_of_memory(found.value)
    with pytest.raises(RuntimeError) as found:
        compiled(wrong)(torch.ones(2, 3))
    assert not out_of_memory(found.value)
    for program in (passes, gemm):  # an error's words hold the lines around
        for _name, function in inspect.getmembers(program, inspect.isfunction):
            assert "memory" not in inspect.getsource(function).lower()


def steps(forward: Forward) -> tuple[torch.Tensor, torch.Tensor]:
    """Two steps of three sequences of two blocks, one alone in its own; then of one and of two."""
    with torch.inference_mode():
        batch = Batch(forward)
        slots = [batch.join(read_all(forward, text(n))[0]) for n in (5, 9, 70)]
        first = [batch.step([(slot, 11 + n) for n, slot in enumerate(slots)]) for _time in range(2)]
        batch.step([(slots[2], 7)])
        return torch.cat(first), batch.step([(slots[1], 3), (slots[2], 4)])


def test_compiled_or_not_it_is_the_same(storyteller: Engine, monkeypatch) -> None:
    forward = Forward(storyteller.loaded)
    read, stepped = read_all(forward, text(40), chunk=17)[0], steps(forward)
    monkeypatch.setattr(module, "compiled", lambda function: function)
    plainly = read_all(forward, text(40), chunk=17)[0]
    same(read.resid, plainly.resid, 1e-6)
    same(read.logits, plainly.logits, 1e-6)
    for mine, want in zip(stepped, steps(forward), strict=True):
        same(mine.numpy(), want.numpy(), 1e-6)


def test_a_pass_asks_for_pythons_lock_once(storyteller: Engine) -> None:
    """Somebody has it who gives it up ten times a second: a hundred operations ask for it once."""
    forward, passed = Forward(storyteller.loaded), threading.Event()
    with torch.inference_mode():
        x, kv = torch.randn(64, 256), [torch.zeros(64, 512) for _layer in range(6)]
        forward.read(x.clone(), kv, 0)  # compiled

    def hold() -> None:
        while not passed.is_set():
            pass

    before, holder = sys.getswitchinterval(), threading.Thread(target=hold)
    took = []
    try:
        sys.setswitchinterval(0.1)
        holder.start()
        with torch.inference_mode():
            begin = time.perf_counter()
            forward.read(x, kv, 0)
            took.append(time.perf_counter() - begin)
    finally:
        passed.set()
        sys.setswitchinterval(before)
        holder.join()
    # Each operation that waited for its turn would add a tenth of a second.
    assert took[0] < 2.0
