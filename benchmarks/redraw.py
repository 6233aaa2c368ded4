"""How long a page's script takes when one choice on it changes; used by other benchmarks.

The page is opened in this process; the time is that of the fragment which a
browser re-runs after the click: all its panels, their charts and their numbers.
"""

from __future__ import annotations

import time
from collections.abc import Callable
from unittest.mock import patch

from streamlit.testing.v1 import AppTest

from benchmarks.measure import typical
from core.engine.engine import Engine
from core.model.loaded import LoadedModel
from pages.kit.fragment import fragment
from tests.app import APP, settle

STORY = "One day the king went into the wood and saw a bird in a tree. "


def prompt_of(loaded: LoadedModel, n_tokens: int) -> str:
    """A text of so many tokens."""
    tokenizer = loaded.tokenizer
    repeats = 1 + n_tokens // len(tokenizer(STORY)["input_ids"])
    return tokenizer.decode(tokenizer(STORY * repeats, verbose=False)["input_ids"][:n_tokens])


def redraws(
    loaded: LoadedModel,
    page: str,
    name: str,
    prompt: str,
    choose: Callable[[AppTest, int], AppTest],
    rounds: int,
) -> tuple[list[float], list[float]]:
    """Seconds by the clock, and processor seconds of all threads, of each redraw.

    Parameters
    ----------
    page : name of the page
    name : of the fragment: its panels' words, with a plus between them
    choose : sets a widget; gets the number of the round
    """
    engine = Engine(loaded)
    engine.measured.wait(60)  # its own measurements at the start would be counted
    clock: list[float] = []
    processor: list[float] = []

    def timed(function=None, **options):
        if function is None or function.__qualname__ != name:
            return fragment(function, **options)

        def run(*args):
            begin, work = time.perf_counter(), time.process_time()
            function(*args)
            clock.append(time.perf_counter() - begin)
            processor.append(time.process_time() - work)

        return run

    with (
        patch("pages.shell.page.fragment", timed),
        patch("core.cache.engine_or_job", lambda _key: engine),
        patch("core.cache.is_cold", lambda: False),
    ):
        app = AppTest.from_file(APP, default_timeout=600)
        app.query_params["prompt"] = prompt
        app.run()
        app.switch_page(f"pages/{page}.py").run()
        settle(app)
        clock.clear()
        processor.clear()
        for round_ in range(rounds):
            choose(app, round_).run()
        assert not app.exception
    engine.close()
    return clock, processor


def row(clock: list[float], processor: list[float], limit: int) -> list[str]:
    """Cells of a table: one in ten is faster, the median, processor time, the limit."""
    return [
        f"{1e3 * typical(clock):.0f} ms",
        f"{1e3 * sorted(clock)[len(clock) // 2]:.0f} ms",
        f"{1e3 * typical(processor):.0f} ms",
        f"{limit} ms",
    ]
