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
from core.engine.batch import Batch
from core.engine.decoding import GUESSES
from core.engine.engine import Engine
from core.engine.forward import Forward
from core.engine.prefill import Prefilled, prefill
from core.model.loaded import LoadedModel
from core.sampling.settings import SamplingSettings

TOKENS = 12
#: Of a whole text, long enough to show whether greedy writing goes round in circles.
LONG = 200
PROMPT = "Once upon a time"
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


def generate_trial(loaded: LoadedModel, ids: tuple[int, ...], n: int = TOKENS, **options):
    """Seconds between the tokens of `generate`; the prompt's own pass is left out."""

    def trial() -> list[float]:
        clock = Clock()
        with torch.inference_mode():
            loaded.model.generate(
                torch.tensor([ids]),
                max_new_tokens=n,
                min_new_tokens=n,
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
    loaded, products = engine.loaded, engine.owner.forward.gemm
    engine.measured.wait(60)

    def in_its_thread(trial: Callable[[], T]) -> Callable[[], T]:
        return lambda: engine.call(lambda _loaded: trial())

    def through_engine() -> list[float]:
        engine.owner.decoding.guesses = 0
        at = []
        for _step in engine.generate(ids, GREEDY, max_new_tokens=TOKENS, stop_at_end_of_text=False):
            at.append(time.perf_counter())
        return gaps(at)

    def prepare() -> tuple[Forward, Prefilled]:
        forward = Forward(loaded)
        forward.gemm = products
        *_pieces, text = prefill(forward, ids)
        return forward, text

    forward, text = in_its_thread(prepare)()

    def bare_steps() -> list[float]:
        batch, at, token = Batch(forward), [time.perf_counter()], 11
        slot = batch.join(text)
        for _step in range(TOKENS):
            token = int(batch.step([(slot, token)]).argmax())
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
    whole_text(engine, max(2, rounds // 3))
    print("\nproducts chosen (K, N, rows) -> way:", products.chosen)
    engine.close()


def whole_text(engine: Engine, rounds: int) -> None:
    """A text of `LONG` tokens, with and without guessing how it repeats itself."""
    ids = engine.ids(PROMPT)
    passes: list[int] = []
    plain = engine.owner.sequences.batch.verify

    def counted(slot, tokens):
        passes.append(len(tokens))
        return plain(slot, tokens)

    engine.owner.sequences.batch.verify = counted

    def through_engine(guesses: int) -> Callable[[], list[float]]:
        def trial() -> list[float]:
            engine.owner.decoding.guesses = guesses
            passes.clear()
            steps = engine.generate(ids, GREEDY, max_new_tokens=LONG, stop_at_end_of_text=False)
            at = [time.perf_counter() for _step in steps]
            return [(at[-1] - at[0]) / (len(at) - 1)]

        return trial

    def generate() -> list[float]:
        own = engine.call(lambda _loaded: generate_trial(engine.loaded, ids, LONG)())
        return [sum(own) / len(own)]

    trials = {
        "transformers generate": generate,
        "through the engine, no guesses": through_engine(0),
        "through the engine": through_engine(GUESSES),
    }
    times = take_turns(rounds, **trials)
    base = typical(times["transformers generate"])
    table(
        f"A whole text of {LONG} tokens, greedy; {len(passes)} passes read {sum(passes)} of them",
        ["way", "tokens/s", "times generate"],
        [
            [name, f"{1 / typical(some):.1f}", f"{base / typical(some):.2f}"]
            for name, some in times.items()
        ],
    )
    engine.owner.sequences.batch.verify = plain


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--rounds", type=int, default=6)
    parser.add_argument("--model", default="random")
    chosen = parser.parse_args()
    main(chosen.rounds, chosen.model)
