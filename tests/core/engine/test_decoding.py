"""The walk against transformers: captures, prefixes, batches, products."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
import torch

from core.engine import gemm as module
from core.engine.engine import Engine
from core.engine.forward import (
    PlainStepper,
    Seat,
    Stepper,
    Walk,
    common_prefix,
    is_plain,
    read,
)
from core.engine.gemm import ONEDNN, SWAPPED, Products, head_product, split_product, tanh_gelu
from core.model.load import load_model
from core.views.trace import capture

CLOSE = 1e-4  # of the largest value; the figures themselves are near 1e-6


def same(got: np.ndarray, want: np.ndarray, bound: float = CLOSE) -> None:
    assert got.shape == want.shape
    assert np.abs(got - want).max() <= bound * np.abs(want).max()


def text(n: int, seed: int = 0) -> tuple[int, ...]:
    return tuple(np.random.default_rng(seed).integers(0, 50_257, n).tolist())


@pytest.fixture(scope="module")
def offloaded(tiny_folder: Path):
    """The tiny model with blocks on disk."""
    whole = load_model(str(tiny_folder))
    block = next(p.n_bytes for p in whole.placement if p.block.endswith("0"))
    rest = sum(p.n_bytes for p in whole.placement if not p.block.startswith("h."))
    loaded = load_model(str(tiny_folder), max_memory={"cpu": rest + block + block // 2})
    assert loaded.offloaded
    return loaded


@pytest.fixture(scope="module")
def half(tiny_folder: Path):
    """The tiny model in float64, which is no fast path: through the modules."""
    loaded = load_model(str(tiny_folder))
    loaded.model.to(torch.float64)
    return loaded


def read_all(walk: Walk, ids: tuple[int, ...], before=None, chunk: int = 1 << 30):
    with torch.inference_mode():
        *pieces, past = read(walk, ids, before, lambda: chunk)
    assert all(p is None for p in pieces)
    return past, len(pieces) + 1


def expected(oracle, ids: tuple[int, ...]):
    """resid (L + 1, T, E) and last logits (V,) from transformers' eager forward."""
    model = oracle.transformer
    seen = []
    handles = [
        m.register_forward_pre_hook(lambda _m, args: seen.append(args[0][0].numpy().copy()))
        for m in (*model.h, model.ln_f)
    ]
    with torch.inference_mode():
        logits = oracle(torch.tensor([ids])).logits[0, -1].numpy()
    for handle in handles:
        handle.remove()
    return np.stack(seen), logits


@pytest.mark.parametrize("n", [1, 2, 17, 1024])
def test_a_capture_is_transformers_forward(storyteller: Engine, oracle_of, n: int):
    past, _pieces = read_all(Walk(storyteller.loaded), text(n))
    resid, logits = expected(oracle_of(storyteller.loaded.source), text(n))
    same(past.resid, resid)
    same(past.logits, logits)


@pytest.mark.parametrize("which", ["tiny", "offloaded", "half"])
@pytest.mark.parametrize("n", [1, 64])
def test_a_capture_through_other_paths(request, tiny_folder, oracle_of, which: str, n: int):
    found = request.getfixturevalue(which)
    loaded = found.loaded if isinstance(found, Engine) else found
    walk = Walk(loaded)
    assert walk.fast == (which == "tiny")
    past, _pieces = read_all(walk, text(n), chunk=50)
    resid, logits = expected(oracle_of(str(tiny_folder)), text(n))
    same(past.resid, resid)
    same(past.logits, logits)
    with torch.inference_mode():
        same(capture(loaded, text(n))[0], resid)


def test_pieces_and_prefixes_change_nothing(storyteller: Engine):
    walk = Walk(storyteller.loaded)
    ids = text(200)
    whole, one = read_all(walk, ids)
    pieces, many = read_all(walk, ids, chunk=64)
    assert (one, many) == (1, 4)
    other, _n = read_all(walk, (*ids[:150], *text(9, seed=1)))
    reused, _n = read_all(walk, ids, before=other)
    again, _n = read_all(walk, ids, before=whole)  # all of it known: the last row is computed
    for past in (pieces, reused, again):
        same(past.resid, whole.resid)
        same(past.logits, whole.logits)
        for mine, theirs in zip(past.kv, whole.kv, strict=True):
            same(mine.numpy(), theirs.numpy())
    assert not whole.resid.flags.writeable
    assert not whole.logits.flags.writeable


def test_common_prefix():
    assert common_prefix((1, 2, 3), (1, 2, 4, 5)) == 2
    assert common_prefix((1, 2), (1, 2, 3)) == 2
    assert common_prefix((), (1,)) == 0
    assert common_prefix((9,), (1,)) == 0


def steps_alone(loaded, ids: tuple[int, ...], tokens: list[int]) -> np.ndarray:
    """Logits after each token, by transformers' whole forward. (len(tokens), V)"""
    with torch.inference_mode():
        out = loaded.model(torch.tensor([[*ids, *tokens]]), use_cache=False).logits[0]
    return out[len(ids) :].float().numpy()


@pytest.mark.parametrize("which", ["storyteller", "tiny", "offloaded", "half"])
def test_a_batch_of_unequal_sequences(request, which: str):
    """Join, leave, outgrow and park at any step; each sequence is as if it were alone."""
    found = request.getfixturevalue(which)
    loaded = found.loaded if isinstance(found, Engine) else found
    rng = np.random.default_rng(0)
    longest = 140 if which == "storyteller" else 50
    # A trained model's sharp heads carry rounding further than random weights do.
    bound = CLOSE if which == "storyteller" else 1e-5
    lengths = [1, 5, 5, longest - 14, 33]
    if which == "storyteller":
        lengths.append(60)  # outgrows the pen of 64 on the way
    walk = Walk(loaded)
    stepper = Stepper(walk)
    texts = [text(n, seed=n + i) for i, n in enumerate(lengths)]
    tokens = [rng.integers(0, 50_257, 12).tolist() for _ in texts]
    wanted = [steps_alone(loaded, t, more) for t, more in zip(texts, tokens, strict=True)]
    seats: dict[int, Seat] = {}
    parked: dict[int, object] = {}
    at = [0] * len(texts)
    with torch.inference_mode():
        for turn in range(40):
            if turn < len(texts):
                seats[turn] = stepper.join(read_all(walk, texts[turn])[0])
            if turn == 7:
                parked[1] = stepper.park(seats[1])
            if turn == 9:
                stepper.resume(seats[1], parked.pop(1))
            who = [i for i in seats if i not in parked and not (turn % 5 == 4 and i == 2)]
            if not who:
                break
            rng.shuffle(who)
            logits = stepper.step([(seats[i], tokens[i][at[i]]) for i in who])
            for row, i in enumerate(who):
                same(logits[row].numpy(), wanted[i][at[i]], bound)
                at[i] += 1
                if at[i] == len(tokens[i]):
                    stepper.leave(seats.pop(i))
    assert at == [12] * len(texts)
    assert stepper.n_bytes == 0


def test_room_for_many_is_made_once_and_given_back(tiny: Engine):
    walk, n = Walk(tiny.loaded), 12
    stepper, ids = Stepper(walk), text(9)
    want = steps_alone(tiny.loaded, ids, [7, 8])
    with torch.inference_mode():
        past = read_all(walk, ids)[0]
        seats = [stepper.join(past, coming=n - 1)]
        roomy = stepper.n_bytes
        assert roomy == n * stepper.bytes_for(len(ids) + 1)
        seats += [stepper.join(past) for _ in range(n - 1)]
        assert stepper.n_bytes == roomy
        same(stepper.step([(s, 7) for s in seats]).numpy(), np.stack([want[0]] * n), 1e-5)
        for seat in reversed(seats[2:]):
            stepper.leave(seat)
        same(stepper.step([(s, 8) for s in seats[:2]]).numpy(), np.stack([want[1]] * 2), 1e-5)
        assert stepper.n_bytes == roomy // 3  # two sit, two more may come
        for seat in seats[:2]:
            stepper.leave(seat)
    assert stepper.n_bytes == 0


def test_the_plain_way_gives_the_same(tiny: Engine):
    """transformers' own forward with its cache, as the fallback uses it."""
    ids, tokens = text(20), [5, 6, 7]
    wanted = steps_alone(tiny.loaded, ids, tokens)
    stepper = PlainStepper(tiny.loaded)
    with torch.inference_mode():
        seat, _logits = stepper.start(ids)
        for token, want in zip(tokens, wanted, strict=True):
            same(stepper.step([(seat, token)])[0].numpy(), want)
    assert stepper.n_bytes > 0
    stepper.leave(seat)
    assert stepper.n_bytes == 0


def test_unusual_blocks_are_noticed(tiny_folder: Path):
    loaded = load_model(str(tiny_folder))
    assert is_plain(loaded)
    block = type("Block", (type(loaded.model.transformer.h[0]),), {})
    loaded.model.transformer.h[1].__class__ = block
    assert not is_plain(loaded)


@pytest.mark.parametrize("rows", [1, 3, 16])
@pytest.mark.parametrize("parts", [2, 8])
def test_cut_products_are_products(rows: int, parts: int):
    torch.manual_seed(0)
    x, weight, bias = torch.randn(rows, 64), torch.randn(64, 40), torch.randn(40)
    same(split_product(x, weight, bias, parts).numpy(), (x @ weight + bias).numpy(), 1e-5)
    wte = torch.randn(101, 64)  # does not divide: the rest is added at the end
    same(head_product(x, wte, parts).numpy(), (x @ wte.T).numpy(), 1e-5)


@pytest.mark.parametrize("which", ["storyteller", "tiny", "offloaded", "half"])
def test_reading_on_is_one_step_after_the_other(request, which: str):
    """Right guesses are kept, wrong ones leave no trace, and others in the pen are untouched."""
    found = request.getfixturevalue(which)
    walk = Walk(found.loaded if isinstance(found, Engine) else found)
    past, other = read_all(walk, text(9))[0], read_all(walk, text(5, seed=3))[0]
    tokens = [7, 11, 13, 17, 19]
    with torch.inference_mode():
        slow = Stepper(walk)
        seat = slow.join(past)
        want = torch.cat([slow.step([(seat, token)]) for token in tokens])
        fast = Stepper(walk)
        neighbour, seat = fast.join(other), fast.join(past)
        before = [kv.clone() for kv in fast.pens[64].look(neighbour)]
        got = fast.read_on(seat, [*tokens[:3], 400, 500])
        same(got[:3].numpy(), want[:3].numpy())
        assert seat.length == 9
        seat.length += 3
        same(fast.read_on(seat, tokens[3:]).numpy(), want[3:].numpy())
        seat.length += 1
        same(fast.step([(seat, tokens[4])]).numpy(), want[4:].numpy())
        for kv, was in zip(fast.pens[64].look(neighbour), before, strict=True):
            assert torch.equal(kv, was)
        seat.length = 62
        assert fast.room(seat) == 2
        with pytest.raises(ValueError, match="room for 2"):
            fast.read_on(seat, [1, 2, 3])


def test_gelu_by_way_of_the_logistic_is_gelu():
    """Held to float64, from far below zero to far above, as near as PyTorch's own."""
    x = torch.cat([torch.linspace(-12, 12, 64 * 100), torch.randn(6400)]).view(-1, 100)
    wanted = torch.nn.functional.gelu(x.double(), approximate="tanh").numpy()
    own = torch.nn.functional.gelu(x, approximate="tanh").numpy()
    error = abs(tanh_gelu(x).numpy() - wanted).max()
    assert error <= 2 * abs(own - wanted).max()
    assert np.array_equal(tanh_gelu(x[:4]).numpy(), own[:4])  # few rows: PyTorch's
    assert tanh_gelu(torch.full((64, 1), -200.0)).abs().max() == 0
    assert (tanh_gelu(torch.full((64, 1), 200.0)) == 200).all()


@pytest.mark.parametrize("rows", [1, 3, 16, 100])
@pytest.mark.parametrize("gelu", [False, True])
def test_every_way_is_the_same_product(rows: int, gelu: bool):
    torch.manual_seed(0)
    products = Products()
    x, weight, bias = torch.randn(rows, 64), torch.randn(64, 40), torch.randn(40)
    wte = torch.randn(101, 64)
    wanted = x @ weight + bias
    if gelu:
        wanted = torch.nn.functional.gelu(wanted, approximate="tanh")
    bucket = 1 << (rows - 1).bit_length()
    own = [1, *([ONEDNN] if products.onednn else [])]
    for way in [*own, 2, 8, -2, -8]:
        products.chosen[64, 40, bucket] = way
        assert products.way(64, 40, rows) == way
        got = products(x, weight, bias, gelu)
        assert got.is_contiguous()
        same(got.numpy(), wanted.numpy(), 1e-5)
    for way in [*own, 2, 8, 128, SWAPPED]:  # more parts than words, too
        products.chosen[-64, 101, min(32, bucket)] = way
        got = products.head(x, wte)
        assert got.is_contiguous()  # the caller keeps single rows of it
        same(got.numpy(), (x @ wte.T).numpy(), 1e-5)


def test_a_cut_that_does_not_divide_is_not_made():
    products = Products()
    products.chosen = {(64, 40, 4): 16, (64, 41, 4): -8, (66, 40, 4): 4, (66, 40, 8): -4}
    assert [products.way(64, 40, 4), products.way(64, 41, 4)] == [16, 1]
    assert [products.way(66, 40, 4), products.way(66, 40, 8)] == [1, -4]


def test_a_build_without_onednn_goes_on_without_it(monkeypatch):
    monkeypatch.setattr(torch.backends.mkldnn, "is_available", lambda: False)
    products = Products()
    assert not products.onednn
    assert products.way(64, 40, 1) == 4
    assert products.way(66, 40, 1) == 1  # does not divide by four
    assert products.way(64, 40, 100) == 1
    x, weight, bias = torch.randn(5, 64), torch.randn(64, 40), torch.randn(40)
    for _piece in products.measure([(weight, bias)], 4):
        pass
    assert (64, 40, 4) in products.chosen
    assert ONEDNN not in products.chosen.values()
    same(products(x, weight, bias).numpy(), (x @ weight + bias).numpy(), 1e-5)


def test_measuring_once_more_mends_what_a_busy_machine_hid(monkeypatch):
    """A clock of our own: first all ways are equally slow, then one is twice as fast."""
    products, now, seconds = Products(), [0.0], dict.fromkeys((1, 4, 8), 1.0)
    products.onednn = False
    monkeypatch.setattr(module.time, "perf_counter", lambda: now[0])

    def run(way: int, _x) -> None:
        now[0] += seconds[way]

    key, x = (64, 40, 4), torch.randn(4, 64)
    for _look in products._choose(key, [4, 8], run, x):
        pass
    assert products.chosen == {key: 1}
    seconds[8] = 0.5
    for _look in products._choose(key, [4, 8], run, x):
        pass
    assert products.chosen == {key: 8}
    seconds[8] = 3.0  # busy again: what was seen stays seen
    for _look in products._choose(key, [4, 8], run, x):
        pass
    assert products.chosen == {key: 8}


def test_measuring_chooses_for_each_shape_and_is_used(storyteller: Engine):
    walk = Walk(storyteller.loaded)
    with torch.inference_mode():
        for _piece in walk.measure():
            pass
    chosen = walk.products.chosen
    assert all(
        way in (ONEDNN, SWAPPED, 1, 2, 4, 8, 16, 32, 128, -4, -8, -16) for way in chosen.values()
    )
    k, n = walk.layers[0].c_fc[0].shape
    if (k, n, 1) in chosen:  # a machine at work may give up measuring
        assert walk.products.way(k, n, 1) == chosen[k, n, 1]
    before = Walk(storyteller.loaded)
    past, _n = read_all(walk, text(9))
    same(past.logits, read_all(before, text(9))[0].logits)
