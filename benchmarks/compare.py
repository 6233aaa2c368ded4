"""The grid of the page that compares two prompts, beside a pass of the model for each cell.

    python -m benchmarks.compare [--tokens 16] [--rounds 3] [--large]

Random weights of GPT-2 small's shape (or Large's), a text that differs from the other in its
second token, so that all cells but those of the first token are measured. The claims: within 2 s
at 16 tokens, at least five times as fast as the loop of hooks; the knob within 150 ms at 64.
"""

from __future__ import annotations

import argparse
from collections import deque

import torch
from transformers import GPT2Config

from benchmarks.measure import apart, random_model, some_ids, table, take_turns, typical
from core.engine.forward import Forward
from core.model.loaded import LoadedModel
from core.views.patching import Cell, Pair, aligned, cells_of, patch_shares, places
from core.views.patching_work import piece_of, pieces_of, work_of
from core.views.products import computed_by
from core.views.steering import steered_logits
from core.views.trace import Trace, capture

LARGE = GPT2Config(n_embd=1280, n_layer=36, n_head=20)


def traced(loaded: LoadedModel, ids: tuple[int, ...]) -> Trace:
    return Trace("random", ids, ("",) * len(ids), *capture(loaded, ids))


def loop(loaded: LoadedModel, a: Trace, b: Trace, columns: tuple[Pair, ...]) -> None:
    """A whole pass over B for each cell, one vector replaced by a hook."""
    model, ids = loaded.model, torch.tensor([b.token_ids])
    for layer, module in enumerate([*model.transformer.h, model.transformer.ln_f]):
        vectors = torch.from_numpy(a.resid[layer].copy())
        for ours, theirs in columns:

            def put(_module, inputs, ours=ours, vector=vectors[theirs]):
                x = inputs[0].clone()
                x[0, ours] = vector
                return (x, *inputs[1:])

            hook = module.register_forward_pre_hook(put)
            model(ids, use_cache=False, logits_to_keep=1)
            hook.remove()


def grid(loaded: LoadedModel, a: Trace, b: Trace, columns: tuple[Pair, ...]) -> None:
    """As the page does: in pieces, between which others come in."""

    def work(cell: Cell) -> float:
        return work_of(cell[0], b.n_ctx - cell[1], loaded.shape)

    for piece in pieces_of(
        cells_of(loaded.shape.n_layer + 1, columns), work, piece_of(loaded.shape)
    ):
        patch_shares(loaded, a, b, piece, "resid")


def turn(loaded: LoadedModel, text: Trace, a: Trace, b: Trace) -> None:
    steered_logits(loaded, text, a, b, 1, 1.0)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--tokens", type=int, default=16)
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--large", action="store_true")
    chosen = parser.parse_args()
    loaded = apart(lambda: random_model(LARGE if chosen.large else None))
    # As the engine's thread computes, once it has measured its machine.
    forward = Forward(loaded)
    with torch.inference_mode(), computed_by(forward.gemm):
        deque(forward.measure(), maxlen=0)
        ids = some_ids(chosen.tokens)
        a, b = (traced(loaded, (ids[0], other, *ids[2:])) for other in (11, 13))
        columns = places(aligned(a.token_ids, b.token_ids), chosen.tokens)
        text = traced(loaded, some_ids(64, seed=1))
        trials = {
            "grid": lambda: grid(loaded, a, b, columns),
            "knob": lambda: turn(loaded, text, a, b),
        }
        if not chosen.large:
            trials["loop"] = lambda: loop(loaded, a, b, columns)
        times = {k: typical(v) for k, v in take_turns(chosen.rounds, **trials).items()}
    slow = times.get("loop")
    table(
        f"{len(columns)} of {chosen.tokens} tokens, {torch.get_num_threads()} threads",
        ["grid", "a pass for each cell", "ratio", "knob at 64 tokens"],
        [
            [
                f"{times['grid']:.2f} s",
                "–" if slow is None else f"{slow:.2f} s",
                "–" if slow is None else f"{slow / times['grid']:.1f}",
                f"{1e3 * times['knob']:.0f} ms",
            ]
        ],
    )


if __name__ == "__main__":
    main()
