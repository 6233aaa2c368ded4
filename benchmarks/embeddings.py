"""The embeddings page: searching the vocabulary, and redrawing when another token is chosen.

``python -m benchmarks.embeddings [--shapes storyteller small large] [--rounds 12]``

The first table holds our search against brute-force NumPy (which normalises the
matrix for each question, as a notebook would). The second opens the page with
random weights of each shape and chooses one token after the other: the strips,
the neighbours and the walk are computed and drawn anew (`redraw.py`).
The limits are those of two cores that have nothing else to do, so processor
time is given beside the clock.
"""

from __future__ import annotations

import argparse
from statistics import median

import numpy as np
import torch
from transformers import GPT2Config

from benchmarks.measure import random_model, table, take_turns, typical
from benchmarks.redraw import redraws, row
from core.model.load import load_model
from core.model.loaded import LoadedModel
from core.views.neighbours import neighbours

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
            neighbours(loaded, (next(words),), "cosine", 12, True)

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
        f"{1e3 * median(times['ours']):.0f} ms",
        f"{mine / theirs:.3f}",
        f"{mine / least:.1f}",
    ]


def redraw(loaded: LoadedModel, name: str, rounds: int) -> list[str]:
    """One row: the script's time when another token is chosen."""
    n = len(loaded.tokenizer(PROMPT)["input_ids"])
    found = redraws(
        loaded,
        "embeddings",
        "sum+alike+context",
        PROMPT,
        lambda app, round_: app.number_input(key="token").set_value(round_ % n),
        min(rounds, n),  # each token once: what is remembered would cost nothing
    )
    return [name, *row(*found, LIMITS[name])]


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--rounds", type=int, default=12)
    parser.add_argument("--shapes", nargs="+", choices=list(LIMITS), default=list(LIMITS))
    chosen = parser.parse_args()
    searches, drawn = [], []
    for shape in chosen.shapes:
        made = model_of(shape)
        searches.append(search(made, shape, chosen.rounds))
        drawn.append(redraw(made, shape, chosen.rounds))
        del made
    table(
        "Nearest of 50,257 tokens",
        [
            "model",
            "width",
            "ours",
            "median",
            "ours / brute force",
            "ours / reading the matrix once",
        ],
        searches,
    )
    table(
        "Another token chosen: script time of the three panels that follow it",
        ["model", "one in ten beats", "median", "processor", "limit"],
        drawn,
    )
