"""The embeddings page: searching the vocabulary, and redrawing when another token is chosen.

``python -m benchmarks.embeddings [--shapes storyteller small large] [--rounds 12]``

The first table holds our search against brute-force NumPy (which normalises the
matrix for each question, as a notebook would). The second opens the page in
this process with random weights of each shape, chooses one token after the
other, and takes the script time of the fragment that a browser re-runs then:
the strips, the neighbours and the walk.
The limits are those of two cores that have nothing else to do, so processor
time is given beside the clock.
"""

from __future__ import annotations

import argparse
import time
from unittest.mock import patch

import numpy as np
import torch
from transformers import GPT2Config

from benchmarks.measure import random_model, table, take_turns, typical
from core import embeddings as core_embeddings
from core.engine import Engine
from core.model import LoadedModel, load_model

SHAPES = {
    "small": {"n_embd": 768, "n_layer": 12, "n_head": 12},
    "large": {"n_embd": 1280, "n_layer": 36, "n_head": 20},
}
LIMITS = {"storyteller": 150, "small": 150, "large": 400}
PROMPT = "Once upon a time there was a king who had a beautiful daughter. The king"


def model_of(name: str) -> LoadedModel:
    """The embedded model, or random weights of a published shape."""
    if name == "storyteller":
        return load_model(name)
    return random_model(GPT2Config(**SHAPES[name]))


def search(loaded: LoadedModel, name: str, rounds: int) -> list[str]:
    """One row: our search beside NumPy's."""
    wte = loaded.model.transformer.wte.weight
    matrix = wte.detach().numpy()
    words = iter(range(1000, 40_000, 7))

    def ours() -> None:
        with torch.inference_mode():
            core_embeddings.neighbours(loaded, (next(words),), "cosine", 12, True)

    def brute() -> None:
        row = matrix[next(words)]
        unit = matrix / np.linalg.norm(matrix, axis=1, keepdims=True)
        np.argsort(-(unit @ (row / np.linalg.norm(row))))[:13]

    def read() -> None:
        wte.sum()

    times = take_turns(rounds, ours=ours, brute=brute, read=read)
    mine, theirs, least = (typical(times[k]) for k in ("ours", "brute", "read"))
    return [
        name,
        f"{loaded.shape.n_embd:,}",
        f"{1e3 * mine:.0f} ms",
        f"{mine / theirs:.3f}",
        f"{mine / least:.1f}",
    ]


def redraw(loaded: LoadedModel, name: str, rounds: int) -> list[str]:
    """One row: the script's time when another token is chosen."""
    from streamlit.testing.v1 import AppTest

    from pages.parts.panel import fragment
    from tests.app import APP, settle

    engine = Engine(loaded)
    clock: list[float] = []
    processor: list[float] = []

    def timed(function=None, **options):
        if function is None or function.__name__ != "about_a_token":
            return fragment(function, **options)

        def run(*args):
            begin, work = time.perf_counter(), time.process_time()
            function(*args)
            clock.append(time.perf_counter() - begin)
            processor.append(time.process_time() - work)

        return run

    with (
        patch("pages.parts.panel.fragment", timed),
        patch("core.cache.engine_or_job", lambda _key: engine),
        patch("core.cache.is_cold", lambda: False),
    ):
        app = AppTest.from_file(APP, default_timeout=600)
        app.query_params["prompt"] = PROMPT
        app.run()
        app.switch_page("pages/embeddings.py").run()
        settle(app)
        n = len(engine.ids(PROMPT))
        clock.clear()
        processor.clear()
        for round_ in range(rounds):
            app.number_input(key="token").set_value(round_ % n).run()
        assert not app.exception
    engine.close()
    return [
        name,
        f"{1e3 * typical(clock):.0f} ms",
        f"{1e3 * typical(processor):.0f} ms",
        f"{LIMITS[name]} ms",
    ]


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--rounds", type=int, default=12)
    parser.add_argument("--shapes", nargs="+", choices=list(LIMITS), default=list(LIMITS))
    chosen = parser.parse_args()
    searches, redraws = [], []
    for shape in chosen.shapes:
        made = model_of(shape)
        searches.append(search(made, shape, chosen.rounds))
        redraws.append(redraw(made, shape, chosen.rounds))
        del made
    table(
        "Nearest of 50,257 tokens",
        ["model", "width", "ours", "ours / brute force", "ours / reading the matrix once"],
        searches,
    )
    table(
        "Another token chosen: script time of the three panels that follow it",
        ["model", "clock", "processor", "limit"],
        redraws,
    )
