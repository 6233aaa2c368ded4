"""Which way a product takes: the same result in every one, chosen by measuring."""

from __future__ import annotations

import pytest
import torch

from core.engine import gemm
from core.engine import gemm_choice as module
from core.engine.engine import Engine
from core.engine.forward import Forward
from core.engine.gemm import ONEDNN, SWAPPED
from core.engine.gemm_choice import GemmChoice
from tests.core.engine.oracle import read_all, same, text


@pytest.mark.parametrize("rows", [1, 3, 16, 100])
@pytest.mark.parametrize("gelu", [False, True])
def test_every_way_is_the_same_product(rows: int, gelu: bool):
    torch.manual_seed(0)
    choice = GemmChoice()
    x, weight, bias = torch.randn(rows, 64), torch.randn(64, 40), torch.randn(40)
    wte = torch.randn(101, 64)
    wanted = x @ weight + bias
    if gelu:
        wanted = torch.nn.functional.gelu(wanted, approximate="tanh")
    bucket = 1 << (rows - 1).bit_length()
    own = [1, *([ONEDNN] if choice.onednn else [])]
    for way in [*own, 2, 8, -2, -8]:
        choice.chosen[64, 40, bucket] = way
        assert choice.way(64, 40, rows) == way
        got = gemm.product(choice.way(64, 40, rows), x, weight, bias, gelu)
        assert got.is_contiguous()
        same(got.numpy(), wanted.numpy(), 1e-5)
    for way in [*own, 2, 8, 128, SWAPPED]:  # more parts than words, too
        choice.chosen[-64, 101, min(32, bucket)] = way
        got = gemm.head(choice.head_way(101, 64, rows), x, wte)
        assert got.is_contiguous()  # the caller keeps single rows of it
        same(got.numpy(), (x @ wte.T).numpy(), 1e-5)


def test_a_cut_that_does_not_divide_is_not_made():
    choice = GemmChoice()
    choice.chosen = {(64, 40, 4): 16, (64, 41, 4): -8, (66, 40, 4): 4, (66, 40, 8): -4}
    assert [choice.way(64, 40, 4), choice.way(64, 41, 4)] == [16, 1]
    assert [choice.way(66, 40, 4), choice.way(66, 40, 8)] == [1, -4]


def test_a_build_without_onednn_goes_on_without_it(monkeypatch):
    monkeypatch.setattr(torch.backends.mkldnn, "is_available", lambda: False)
    choice = GemmChoice()
    assert not choice.onednn
    assert choice.way(64, 40, 1) == 4
    assert choice.way(66, 40, 1) == 1  # does not divide by four
    assert choice.way(64, 40, 100) == 1
    x, weight, bias = torch.randn(5, 64), torch.randn(64, 40), torch.randn(40)
    for _piece in choice.measure([(weight, bias)], 4):
        pass
    assert (64, 40, 4) in choice.chosen
    assert ONEDNN not in choice.chosen.values()
    same(choice(x, weight, bias).numpy(), (x @ weight + bias).numpy(), 1e-5)


def test_measuring_once_more_mends_what_a_busy_machine_hid(monkeypatch):
    """A clock of our own: first all ways are equally slow, then one is twice as fast."""
    choice, now, seconds = GemmChoice(), [0.0], dict.fromkeys((1, 4, 8), 1.0)
    choice.onednn = False
    monkeypatch.setattr(module.time, "perf_counter", lambda: now[0])

    def run(way: int, _x) -> None:
        now[0] += seconds[way]

    key, x = (64, 40, 4), torch.randn(4, 64)
    for _look in choice._choose(key, [4, 8], run, x):
        pass
    assert choice.chosen == {key: 1}
    seconds[8] = 0.5
    for _look in choice._choose(key, [4, 8], run, x):
        pass
    assert choice.chosen == {key: 8}
    seconds[8] = 3.0  # busy again: what was seen stays seen
    for _look in choice._choose(key, [4, 8], run, x):
        pass
    assert choice.chosen == {key: 8}


def test_a_moment_at_which_the_machine_was_quick_does_not_choose(monkeypatch):
    """PyTorch's own way is tried once while everything takes half the time."""
    choice, now, tried = GemmChoice(), [0.0], []
    choice.onednn = False
    monkeypatch.setattr(module.time, "perf_counter", lambda: now[0])

    def run(way: int, _x) -> None:
        lucky = way == 1 and tried.count(1) == 2
        tried.append(way)
        now[0] += {1: 1.0, 4: 0.7, 8: 0.8}[way] * (0.5 if lucky else 1.0)

    for _look in choice._choose((64, 40, 1), [4, 8], run, torch.randn(1, 64)):
        pass
    assert choice.chosen == {(64, 40, 1): 4}


def test_a_way_that_was_disturbed_once_is_tried_on(monkeypatch):
    choice, now, tried = GemmChoice(), [0.0], []
    choice.onednn = False
    monkeypatch.setattr(module.time, "perf_counter", lambda: now[0])

    def run(way: int, _x) -> None:
        disturbed = way == 4 and not tried.count(4)
        tried.append(way)
        now[0] += {1: 1.0, 4: 0.7, 8: 0.8}[way] * (3 if disturbed else 1)

    for _look in choice._choose((64, 40, 1), [4, 8], run, torch.randn(1, 64)):
        pass
    assert choice.chosen == {(64, 40, 1): 4}


def test_measuring_chooses_for_each_shape_and_is_used(storyteller: Engine):
    forward = Forward(storyteller.loaded)
    with torch.inference_mode():
        for _piece in forward.measure():
            pass
    chosen = forward.gemm.chosen
    assert all(
        way in (ONEDNN, SWAPPED, 1, 2, 4, 8, 16, 32, 128, -4, -8, -16) for way in chosen.values()
    )
    k, n = forward.weights[8].shape  # c_fc
    if (k, n, 1) in chosen:  # a machine at work may give up measuring
        assert forward.gemm.way(k, n, 1) == chosen[k, n, 1]
    before = Forward(storyteller.loaded)
    read, _n = read_all(forward, text(9))
    same(read.logits, read_all(before, text(9))[0].logits)
