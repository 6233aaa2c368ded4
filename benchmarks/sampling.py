"""Writing and drawing, beside transformers' `generate`, as ratios of one run.

    python -m benchmarks.sampling [--model storyteller] [--tokens 40]

The model is a name that the app knows, or `random`: GPT-2 small's shape with random weights.

Prints, for greedy and for sampling: tokens per second of `Engine.generate` and of
`generate`; for thirty draws: all in one batch against one after another; and the time
of the calculation behind a slider, without any forward pass.
"""

from __future__ import annotations

import argparse
import time
from collections.abc import Callable
from typing import Any

import torch

from benchmarks.measure import apart, model_named, typical
from benchmarks.redraw import redraws
from core.engine.continuations import many
from core.engine.engine import Engine
from core.model.loaded import LoadedModel
from core.sampling.explain import leading, summarise
from core.sampling.settings import SamplingSettings
from core.sampling.stages import pipeline

PROMPT = "Once upon a time there was a king who had a beautiful daughter. The king"
SETTINGS = SamplingSettings(1.0, 0.8, 40, 0.95)


def seconds(work: Callable[[], object], times: int = 3) -> float:
    """The shortest of several runs, in seconds."""
    taken = []
    for _run in range(times):
        start = time.perf_counter()
        work()
        taken.append(time.perf_counter() - start)
    return min(taken)


def script_time(loaded: LoadedModel) -> float:
    """Seconds of script time from a moved slider to new bars: the part that a browser re-runs."""
    values = (0.5, 0.9, 0.6, 1.0, 0.7, 1.1)
    clock, _processor = redraws(
        loaded,
        "sampling",
        "stages+steps",
        PROMPT,
        lambda app, at: app.select_slider(key="temperature").set_value(values[at % len(values)]),
        12,
    )
    return typical(clock)


def main(name: str, n: int) -> None:
    engine = apart(lambda: Engine(model_named(name)))
    engine.measured.wait(60)
    plain: Any = engine.loaded.model  # `generate` takes the same weights, on its own way
    ids = engine.ids(PROMPT)
    given = torch.tensor([ids])
    common = {
        "attention_mask": torch.ones_like(given),
        "max_new_tokens": n,
        "min_new_tokens": n,
        "pad_token_id": engine.tokenizer.eos_token_id,
    }

    def ours(settings: SamplingSettings, seed: int = 0, tokens: int = n) -> None:
        steps = engine.generate(
            ids, settings, seed=seed, max_new_tokens=tokens, stop_at_end_of_text=False
        )
        for _step in steps:
            pass

    def theirs(**options: object) -> None:  # in the thread that we compute in, too
        engine.call(lambda _loaded: plain.generate(given, **common, **options))

    rows = []
    for title, settings, options in (
        ("greedy", SamplingSettings(temperature=0.0), {"do_sample": False}),
        (
            "sampling",
            SETTINGS,
            {"do_sample": True, "temperature": 0.8, "top_k": 40, "top_p": 0.95},
        ),
    ):
        ours(settings), theirs(**options)  # warm
        a, b = seconds(lambda s=settings: ours(s)), seconds(lambda o=options: theirs(**o))
        rows.append((title, f"{n / a:.0f}/s", f"{n / b:.0f}/s", f"{b / a:.2f} times generate"))

    draws, length = range(30), 8
    batch = seconds(lambda: list(many(engine, ids, SETTINGS, seeds=draws, max_new_tokens=length)))
    single = seconds(lambda: [ours(SETTINGS, seed, length) for seed in draws])
    rows.append(
        ("thirty draws", f"{batch:.2f} s", f"{single:.2f} s", f"{single / batch:.1f} times faster")
    )

    logits = engine.trace(PROMPT).logits

    def slider() -> None:
        stages = pipeline(logits, SamplingSettings(1.2, 0.8, 40, 0.95, 0.02), ids)
        summarise(stages, leading(stages, 12))

    rows.append(("slider, all stages", f"{1000 * seconds(slider):.0f} ms", "", "no forward pass"))
    script = 1000 * script_time(engine.loaded)
    rows.append(("slider, script time", f"{script:.0f} ms", "", "no forward pass"))
    print(f"{name}: {n} tokens after {len(ids)}, {torch.get_num_threads()} threads")
    print(f"{'':20}{'here':>12}{'beside':>12}  ratio")
    for row in rows:
        print(f"{row[0]:20}{row[1]:>12}{row[2]:>12}  {row[3]}")
    engine.close()


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--model", default="storyteller")
    parser.add_argument("--tokens", type=int, default=40)
    chosen = parser.parse_args()
    main(chosen.model, chosen.tokens)
