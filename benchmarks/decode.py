"""One sequence, greedy: the engine beside transformers' generate and the memory's limit.

``python -m benchmarks.decode [--rounds 6]``
"""

from __future__ import annotations

import argparse
import time
from collections.abc import Callable
from itertools import pairwise
from typing import TypeVar

import torch
from transformers.generation.streamers import BaseStreamer

from benchmarks import peers
from benchmarks.measure import (
    apart,
    model_named,
    read_bandwidth,
    some_ids,
    table,
    take_turns,
    typical,
)
from core.decoding import Past, Stepper, Walk, read
from core.engine import Engine
from core.model import LoadedModel
from core.sampling import SamplingSettings

TOKENS = 12
T = TypeVar("T")
GREEDY = SamplingSettings(temperature=0)


class Clock(BaseStreamer):
    """Notes when `generate` hands out each token."""

    def __init__(self) -> None:
        self.at: list[float] = []

    def put(self, value) -> None:
        self.at.append(time.perf_counter())

    def end(self) -> None:
        pass


def gaps(at: list[float]) -> list[float]:
    return [b - a for a, b in pairwise(at)]


def generate_trial(loaded: LoadedModel, ids: tuple[int, ...], **options):
    """Seconds between the tokens of `generate`; the prompt's own pass is left out."""

    def trial() -> list[float]:
        clock = Clock()
        with torch.inference_mode():
            loaded.model.generate(
                torch.tensor([ids]),
                max_new_tokens=TOKENS,
                min_new_tokens=TOKENS,
                do_sample=False,
                pad_token_id=50256,
                streamer=clock,
                **options,
            )
        return gaps(clock.at[1:])  # the first call hands over the prompt

    return trial


def main(rounds: int, name: str) -> None:
    ids = some_ids(16)
    engine = apart(lambda: Engine(model_named(name)))
    loaded, products = engine.loaded, engine._walk.products
    engine.measured.wait(60)

    def in_its_thread(trial: Callable[[], T]) -> Callable[[], T]:
        return lambda: engine.call(lambda _loaded: trial())

    def through_engine() -> list[float]:
        at = []
        for _step in engine.generate(ids, GREEDY, max_new_tokens=TOKENS, stop_at_end_of_text=False):
            at.append(time.perf_counter())
        return gaps(at)

    def prepare() -> tuple[Walk, Past]:
        walk = Walk(loaded)
        walk.products = products
        *_pieces, past = read(walk, ids)
        return walk, past

    walk, past = in_its_thread(prepare)()

    def bare_steps() -> list[float]:
        stepper, at, token = Stepper(walk), [time.perf_counter()], 11
        seat = stepper.join(past)
        for _step in range(TOKENS):
            token = int(stepper.step([(seat, token)]).argmax())
            at.append(time.perf_counter())
        return gaps(at)

    labels = {
        "generate": "transformers generate",
        "steps": "our steps alone",
        "engine": "through the engine",
    }
    others = {}
    bridge = peers.lens(loaded)
    if bridge is not None:
        others["lens"] = in_its_thread(peers.lens_generate(bridge, ids, TOKENS))
        labels["lens"] = "TransformerLens generate"
    onnx = peers.onnx_steps(loaded, ids, TOKENS)
    if onnx is not None:
        others["onnx"] = onnx
        labels["onnx"] = "onnxruntime, keys and values passed on"
    read_trial = in_its_thread(in_its_thread(read_bandwidth)())
    times = take_turns(
        rounds,
        limit=read_trial,
        generate=in_its_thread(generate_trial(loaded, ids)),
        engine=through_engine,
        steps=in_its_thread(bare_steps),
        limit_again=read_trial,
        **others,
    )
    limit = 0.4 / typical(times["limit"] + times["limit_again"])  # GB/s
    # Every weight is read once for a token, but of wpe only one row.
    weights = sum(p.nbytes for p in loaded.model.parameters()) / 1e9
    weights -= loaded.model.transformer.wpe.weight.nbytes / 1e9
    base = typical(times["generate"])
    rows = []
    for trial, label in labels.items():
        one = typical(times[trial])
        rows.append(
            [
                label,
                f"{1 / one:.1f}",
                f"{base / one:.2f}",
                f"{weights / one / limit:.0%}",
            ]
        )
    table(
        f"One sequence; reading goes at {limit:.1f} GB/s, a token reads {weights:.2f} GB",
        ["way", "tokens/s", "times generate", "of the limit"],
        rows,
    )
    print("\nproducts chosen (K, N, rows) -> way:", products.chosen)
    engine.close()


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--rounds", type=int, default=6)
    parser.add_argument("--model", default="random")
    chosen = parser.parse_args()
    main(chosen.rounds, chosen.model)
