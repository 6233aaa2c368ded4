"""Grids of patches among other people's requests: nobody feels them, and none hangs."""

from __future__ import annotations

import threading
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from functools import partial

import numpy as np
import pytest

from core.engine.engine import Engine
from core.engine.jobs import Job
from core.errors import LearnerError
from core.model.load import load_model
from core.model.shape import Shape
from core.sampling.settings import SamplingSettings
from core.views.patching import Cell, aligned, cells_of, patch_shares, places
from core.views.patching_work import (
    LONG,
    PIECE,
    ROWS,
    is_long,
    piece_of,
    pieces_of,
    seconds,
    work_of,
)  # fmt: skip

A, B = (
    "There were three dogs in the garden, and the dogs",
    "There was one dog in the garden, the dog",
)


def grid(engine: Engine):
    """A grid's pieces, a cell each, and what measures one."""
    a, b = engine.trace(A), engine.trace(B)
    pairs = places(aligned(a.token_ids, b.token_ids), 16)
    cells = cells_of(engine.shape.n_layer + 1, pairs)
    return [(cell,) for cell in cells], lambda piece: engine.view(
        patch_shares, a, b, piece, "resid"
    )


def forget(engine: Engine) -> None:
    with engine._inbox.wake:
        engine._memo.clear()


def test_while_a_grid_runs_nobody_elses_numbers_change(tiny) -> None:
    text, settings = "The old king had", SamplingSettings(temperature=0.0)
    plain = tiny.trace(text).logits.copy()
    written = [step.token_id for step in tiny.generate(text, settings, max_new_tokens=8)]
    pieces, measure = grid(tiny)
    stop, runs = threading.Event(), []

    def keep_on() -> None:
        while not stop.is_set():
            forget(tiny)  # else all would be there after the first round
            runs.append([measure(piece) for piece in pieces])

    worker = threading.Thread(target=keep_on)
    worker.start()
    try:
        for _round in range(5):
            forget(tiny)
            assert tiny.trace(text).logits == pytest.approx(plain, abs=1e-5)
            steps = tiny.generate(text, settings, max_new_tokens=8)
            assert [step.token_id for step in steps] == written
    finally:
        stop.set()
        worker.join()
    assert runs
    for found in runs[1:]:
        assert np.allclose(np.concatenate(found), np.concatenate(runs[0]), atol=1e-4)


def test_thirty_who_start_the_same_grid_share_it(tiny) -> None:
    pieces, measure = grid(tiny)
    forget(tiny)
    before = tiny.status().misses
    with ThreadPoolExecutor(30) as learners:
        found = list(learners.map(lambda _n: [measure(piece) for piece in pieces], range(30)))
    assert tiny.status().misses - before <= len(pieces) + 2  # and the two traces
    assert all(np.array_equal(np.concatenate(one), np.concatenate(found[0])) for one in found)


def test_a_model_unloaded_in_mid_grid_ends_it_with_a_sentence(tiny_folder) -> None:
    engine = Engine(load_model(str(tiny_folder)))
    pieces, measure = grid(engine)
    begun, go_on = threading.Event(), threading.Event()

    def work():
        for n, piece in enumerate(pieces):
            if n == 3:
                begun.set()
                go_on.wait(20)
            yield measure(piece)

    job = Job(work())
    assert begun.wait(20)
    engine.close()
    go_on.set()
    assert job.wait(20)
    assert isinstance(job.error, LearnerError)
    assert len(job.watch()) == 3


def test_pieces_of_a_large_model_have_rows_enough_to_be_worth_its_weights() -> None:
    large = Shape(n_layer=36, n_head=20, n_embd=1280, n_ctx=1024, n_vocab=50_257)
    assert piece_of(large) == pytest.approx(work_of(0, ROWS, large))
    small = replace(large, n_layer=12, n_head=12, n_embd=768)
    assert piece_of(small) == PIECE


def test_pieces_hold_all_cells_in_order_and_a_large_model_is_asked_for(tiny) -> None:
    shape = tiny.shape
    pairs = tuple((i, i) for i in range(16))
    cells = cells_of(shape.n_layer + 1, pairs)

    def work(cell: Cell, factor: float) -> float:
        return factor * work_of(cell[0], 16 - cell[1], shape)

    for factor in (1.0, 1e4, 1e9):
        one = partial(work, factor=factor)
        pieces = pieces_of(cells, one, PIECE)
        assert tuple(cell for piece in pieces for cell in piece) == cells
        # The cell with which a piece is full may be large itself.
        assert all(sum(map(one, piece[:-1])) < PIECE for piece in pieces)
        assert is_long(cells, one) == (sum(map(one, cells)) > LONG)
        assert seconds(cells, one) == pytest.approx(sum(map(one, cells)) / 1e11)
