"""The attention page beside transformers' own attentions: time, memory, bytes to the browser.

    python -m benchmarks.attention [--tokens 16 64 256 1024] [--parts layers heads]

``layers``: for random weights of GPT-2 small's shape, the times and the memory
of a trace and what the page makes of it beside transformers' eager forward with
all attentions; and what goes to the browser. ``heads``: what it costs to choose
another head of the same layer (`redraw.py`).
"""

from __future__ import annotations

import argparse
import tempfile
from collections.abc import Callable
from pathlib import Path

import torch
from transformers import GPT2Config, GPT2LMHeadModel

from benchmarks.measure import peak_memory, random_model, some_ids, table, take_turns, typical
from benchmarks.redraw import prompt_of, redraws, row
from core.charts.attention.head_cells import shades, triangle
from core.engine.engine import Engine
from core.model.loaded import LoadedModel
from core.views.attention import layer_attention
from core.views.attention_frugal import layer_pattern
from core.views.rollout import all_layers
from core.views.thumbnails import layer_summary, pictures
from core.views.trace import Trace, capture

SHAPES = {
    "small": GPT2Config(),
    "large": GPT2Config(n_embd=1280, n_layer=36, n_head=20),
}
LIMIT = 100  # milliseconds at 64 tokens


def peak_mib(work: Callable[[], object]) -> float:
    """How far resident memory rises while something is made and held."""
    with peak_memory() as found:
        kept = work()
    del kept
    return found[0]


def eager_twin(loaded: LoadedModel) -> GPT2LMHeadModel:
    """The same weights in transformers' eager attention."""
    with tempfile.TemporaryDirectory() as folder:
        loaded.model.save_pretrained(folder)
        return GPT2LMHeadModel.from_pretrained(
            Path(folder), dtype=torch.float32, attn_implementation="eager"
        ).eval()


def opened(engine: Engine, ids: tuple[int, ...]) -> tuple:
    """All that the page computes for a prompt: the trace, the grid, one layer, rollout."""
    trace = engine.trace(ids)
    grid = [engine.view(layer_summary, trace, i) for i in range(engine.shape.n_layer)]
    return trace, grid, engine.attention(trace, 5), engine.view(all_layers, trace)


def layers(engine: Engine, eager: GPT2LMHeadModel, n: int) -> tuple[list[str], list[str]]:
    """Two rows: times, and memory with what is sent."""
    loaded, ids = engine.loaded, some_ids(n)
    tensor = torch.tensor([ids])
    trace = Trace("random", ids, ("a",) * n, *capture(loaded, ids))
    n_layer = loaded.shape.n_layer

    def whole() -> None:
        eager(tensor, output_attentions=True)

    def grid() -> None:
        for i in range(n_layer):
            layer_summary(loaded, trace, i)

    trials: dict[str, Callable] = {
        "whole": whole,
        "capture": lambda: capture(loaded, ids) and None,
        "layer": lambda: layer_attention(loaded, trace, 5) and None,
        "grid": grid,
        "rollout": lambda: all_layers(loaded, trace) and None,
    }
    times = {k: 1e3 * typical(v) for k, v in take_turns(3 if n > 256 else 6, **trials).items()}
    one = peak_mib(lambda: layer_attention(loaded, trace, 5))
    page = peak_mib(lambda: opened(engine, ids))
    theirs = peak_mib(lambda: eager(tensor, output_attentions=True))
    made = [layer_summary(loaded, trace, i) for i in range(n_layer)]
    picture = shades(pictures(made, "max")).nbytes
    head = triangle(layer_pattern(loaded, trace, 5)[0]).nbytes
    return (
        [str(n), *(f"{times[k]:.1f} ms" for k in trials)],
        [
            str(n),
            f"{theirs:.0f} MiB",
            f"{one:.0f} MiB",
            f"{page:.0f} MiB",
            f"{page / max(theirs, 1e-9):.2f}",
            f"{picture / 1000:.0f} kB",
            f"{head / 1000:.0f} kB",
        ],
    )


def heads(name: str, n: int, rounds: int) -> list[str]:
    """One row: the script's time when another head of the same layer is chosen."""
    loaded = random_model(SHAPES[name])
    n_head = loaded.shape.n_head
    found = redraws(
        loaded,
        "attention",
        "heads_room",
        prompt_of(loaded, n),
        lambda app, round_: app.number_input(key="attention_head").set_value(round_ % n_head),
        min(rounds, n_head),
    )
    return [name, str(n), *row(*found, LIMIT)]


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--tokens", type=int, nargs="+", default=[16, 64, 256, 1024])
    parser.add_argument(
        "--parts", nargs="+", choices=["layers", "heads"], default=["layers", "heads"]
    )
    parser.add_argument("--rounds", type=int, default=12)
    chosen = parser.parse_args()
    if "layers" in chosen.parts:
        loaded = random_model()
        with torch.inference_mode():
            eager, engine = eager_twin(loaded), Engine(loaded)
            engine.measured.wait(60)
            engine.trace(some_ids(8))  # the table of tokens is no part of any attention
            rows = [layers(engine, eager, n) for n in chosen.tokens]
            engine.close()
        table(
            "GPT-2 small's shape, random weights, float32",
            ["tokens", "eager, all attentions", "trace", "one layer", "grid", "rollout"],
            [times for times, _memory in rows],
        )
        table(
            "Memory above the start, and what one view sends",
            ["tokens", "eager", "one layer", "whole page", "page / eager", "grid", "head"],
            [memory for _times, memory in rows],
        )
        del loaded, eager, engine
    if "heads" in chosen.parts:
        table(
            "Another head of the same layer: script time",
            ["model", "tokens", "one in ten beats", "median", "processor", "limit at 64"],
            [
                heads(name, n, chosen.rounds)
                for name, n in (("small", 64), ("small", 1024), ("large", 64))
            ],
        )


if __name__ == "__main__":
    main()
