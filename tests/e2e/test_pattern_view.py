"""What computes in the attention page's components: folding, the window's moves, cells, words."""

from __future__ import annotations

import numpy as np
import pytest
from playwright.sync_api import Page

from core.charts.attention.head_cells import triangle
from core.views.thumbnails import pooled
from tests.e2e.modules import Run, runner


@pytest.fixture
def run(page: Page) -> Run:
    return runner(page)


def pattern_of(n: int) -> np.ndarray:
    weights = np.tril(np.random.default_rng(n).random((n, n))).astype(np.float32)
    return weights / weights.sum(-1, keepdims=True)


def sent(pattern: np.ndarray, **head) -> dict:
    cells = triangle(pattern)
    kind = "Uint16Array" if cells.dtype == np.uint16 else "Float32Array"
    return {
        "head": {"n": len(pattern), "sums": True, **head},
        "kind": kind,
        "cells": cells.tolist(),
    }


#: Puts a pattern together in the browser as a message brings it.
MADE = """(m, sent) => m.patternOf(
    { head: sent.head, arrays: [window[sent.kind].from(sent.cells)] })"""


@pytest.mark.parametrize("n", [5, 300])
def test_weights_come_back_and_the_future_is_nothing(run: Run, n: int) -> None:
    pattern = pattern_of(n)
    found = run(
        "pattern_view/pattern.js",
        f"""(m, sent) => {{ const p = ({MADE})(m, sent);
            return [p.at(3, 1), p.at(2, 4), m.strongest(p, 4), m.unseen(p, 4, {{ k0: 1, size: 2 }}),
              m.unseen({{ ...p, sums: false }}, 4, {{ k0: 1, size: 2 }})]; }}""",
        sent(pattern),
    )
    outside = pattern[4, [0, 3, 4]]
    expected = [pattern[3, 1], 0, pattern[4].argmax(), outside.sum(), outside.max()]
    assert found == pytest.approx([float(v) for v in expected], abs=2e-5)


def test_folding_in_the_browser_is_that_of_the_small_pictures(run: Run) -> None:
    # Where the cells divide evenly; else the browser's cells begin elsewhere than NumPy's.
    pattern = pattern_of(12)
    largest, average = pooled(pattern[None], 4)
    for pool, expected in (("max", largest[0]), ("mean", average[0])):
        found = run(
            "pattern_view/pattern.js",
            f"(m, sent) => m.folded(({MADE})(m, sent), 4, '{pool}')",
            sent(pattern),
        )
        got = np.array([np.nan if v is None else v for v in found]).reshape(4, 4)
        assert np.isnan(got[np.triu_indices(4, 1)]).all()  # nothing but the future
        assert np.allclose(got[np.tril_indices(4)], expected[np.tril_indices(4)], atol=1e-6)


def test_who_is_named_first(run: Run) -> None:
    pattern = np.tril(np.ones((3, 3), dtype=np.float32))
    pattern[2] = (0.25, 0.5, 0.25)
    both = run(
        "pattern_view/pattern.js",
        f"""(m, sent) => {{ const p = ({MADE})(m, sent);
            return [m.ranked(p, 2, false), m.ranked(p, 1, true)]; }}""",
        sent(pattern),
    )
    assert both == [[[0.5, 1], [0.25, 0], [0.25, 2]], [[1, 1], [0.5, 2]]]


def test_weights_in_words(run: Run) -> None:
    weights = [1, 0.0996, 0.0994, 0.00006, 0.00004, 0]
    told = run("pattern_view/pattern.js", "(m, all) => all.map(m.percent)", weights)
    assert told == ["100.0%", "10.0%", "9.9%", "0.01%", "< 0.01%", "0%"]
    forms = ["{n} other {w}", "{n} others together {w}"]
    told = run(
        "pattern_view/pattern.js", "(m, f) => [1, 2].map((n) => m.counted(f, n, 0.5))", forms
    )
    assert told == ["1 other 50.0%", "2 others together 50.0%"]
    assert run("pattern_view/pattern.js", "(m) => m.short('🙂🙂🙂🙂', 3)") == "🙂🙂…"


def test_the_window_moves_and_stays_inside(run: Run) -> None:
    found = run(
        "pattern_view/window.js",
        """(m) => {
            const p = { n: 100, query: 99, key: 3, whole: 24, window: 18 };
            const at = m.windowAt(100, 18, 40, 30);
            return {
              size: [m.sizeOf(p), m.sizeOf({ ...p, n: 24 })],
              opened: m.opened(p, 18), early: m.opened({ ...p, query: 5 }, 18),
              still: m.holding(p, at, { q: 57, k: 30 }), far: m.holding(p, at, { q: 58, k: 0 }),
              centred: m.centred(p, at, 1, 0.5),
              pushed: m.pushed(p, at, 'ArrowUp'), other: m.pushed(p, at, 'Enter'),
              beside: m.neighbour(p, { q: 3, k: 3 }, 'ArrowUp'),
              future: m.neighbour(p, { q: 3, k: 3 }, 'ArrowRight'),
              end: m.neighbour(p, { q: 99, k: 0 }, 'ArrowDown'),
            };
        }""",
    )
    window = {"size": 18}
    assert found == {
        "size": [18, 24],
        "opened": window | {"q0": 82, "k0": 0},
        "early": window | {"q0": 0, "k0": 0},
        "still": window | {"q0": 40, "k0": 30},
        "far": window | {"q0": 49, "k0": 0},
        "centred": window | {"q0": 82, "k0": 41},
        "pushed": window | {"q0": 31, "k0": 30},
        "other": None,
        "beside": {"q": 2, "k": 2, "from": "cell"},
        "future": {"q": 3, "k": 3, "from": "cell"},
        "end": {"q": 99, "k": 0, "from": "cell"},
    }


def test_the_cell_at_a_point(run: Run) -> None:
    pattern = pattern_of(9)
    found = run(
        "pattern_view/detail.js",
        """({ cellAt }, rows) => {
            const pattern = { at: (q, k) => rows[q][k] };
            const plan = { left: 50, rest: 1, cell: 20 };
            const at = (x, y) => cellAt(pattern, { q0: 4, k0: 3, size: 4 }, plan, x, y);
            return [at(71, 25), at(55, 25), at(135, 25), at(200, 25), at(71, 90)];
        }""",
        pattern.tolist(),
    )
    assert found == [
        {"q": 5, "k": 3, "from": "cell"},
        {"q": 5, "k": int(pattern[5].argmax()), "from": "query"},  # the rest, or a name
        None,  # the future
        None,
        None,
    ]


def test_a_long_text_is_written_out_around_the_query(run: Run) -> None:
    asked = [[40, 39], [1000, 0], [1000, 500], [1000, 999]]
    found = run("pattern_view/text.js", "(m, all) => all.map((one) => m.reachOf(...one))", asked)
    assert found == [[0, 40], [0, 160], [360, 520], [840, 1000]]


def test_tiles_of_the_grid_are_found_again(run: Run) -> None:
    found = run(
        "head_grid/view.js",
        """(m) => {
            const head = { layers: 3, heads: 4, scores: [], order: null };
            const plain = m.gridOf({ head, arrays: [[]] });
            const sorted = m.gridOf({ head: { ...head, order: [7, 2, 5] }, arrays: [[]] });
            return [plain, sorted].map((grid) => {
              const p = m.placesOf(grid, 300);
              const slot = (column, row) => m.slotAt(p, grid.shown.length,
                p.left + (column + 0.5) * p.step, p.top + (row + 0.5) * p.high);
              return [p.columns, p.rows, slot(0, 0), slot(2, 1), slot(3, 0), slot(0, 5),
                m.slotAt(p, grid.shown.length, p.left - 1, p.top + 1)];
            });
        }""",
    )
    assert found == [[4, 3, 0, 6, 3, None, None], [4, 1, 0, None, None, None, None]]
