"""Many sequences at once: tokens a second in all, beside transformers' generate for one.

``python -m benchmarks.batch [--rounds 3]``
"""

from __future__ import annotations

import argparse
import threading
import time

from benchmarks.decode import GREEDY, generate_trial
from benchmarks.measure import apart, model_named, some_ids, table, take_turns, typical
from core.engine.batch import Batch
from core.engine.engine import Engine
from core.engine.forward import Forward
from core.engine.prefill import Prefilled, prefill

#: As many as a learner of the class asks for.
TOKENS = 20


def main(rounds: int, name: str) -> None:
    engine = apart(lambda: Engine(model_named(name)))
    loaded, products = engine.loaded, engine.owner.forward.gemm
    engine.measured.wait(60)
    texts = [some_ids(10 + 3 * i, seed=i) for i in range(32)]

    def prepare(_loaded) -> tuple[Forward, list[Prefilled]]:
        forward = Forward(loaded)
        forward.gemm = products
        return forward, [list(prefill(forward, ids))[-1] for ids in texts]

    forward, read_texts = engine.call(prepare)
    for ids in texts:
        engine.trace(ids)

    def steps_of(n: int):
        def trial(_loaded) -> list[float]:
            times = []
            batch = Batch(forward)
            rows = [(batch.join(text), 11) for text in read_texts[:n]]
            for _step in range(6):
                begin = time.perf_counter()
                best = batch.step(rows).argmax(-1).tolist()
                times.append((time.perf_counter() - begin) / n)
                rows = [(slot, t) for (slot, _old), t in zip(rows, best, strict=True)]
            return times

        return lambda: engine.call(trial)

    def engine_of(n: int):
        def trial() -> list[float]:
            def one(ids) -> None:
                for _step in engine.generate(
                    ids, GREEDY, max_new_tokens=TOKENS, stop_at_end_of_text=False
                ):
                    pass

            threads = [threading.Thread(target=one, args=(ids,)) for ids in texts[:n]]
            begin = time.perf_counter()
            for thread in threads:
                thread.start()
            for thread in threads:
                thread.join()
            return [(time.perf_counter() - begin) / (n * TOKENS)]

        return trial

    generate = generate_trial(loaded, texts[0])
    sizes = (1, 4, 8, 16, 32)
    times = take_turns(
        rounds,
        generate=lambda: engine.call(
            lambda _loaded: generate(),
        ),
        **{f"steps {n}": steps_of(n) for n in sizes},
        **{f"engine {n}": engine_of(n) for n in sizes},
    )
    base = typical(times["generate"])
    rows = [
        [
            str(n),
            f"{base / typical(times[f'steps {n}']):.1f}",
            f"{base / typical(times[f'engine {n}']):.1f}",
            f"{1 / typical(times[f'engine {n}']):.0f}",
        ]
        for n in sizes
    ]
    table(
        f"Many sequences of unequal length; generate for one makes {1 / base:.1f} tokens/s",
        ["sequences", "our steps, times generate", "engine, times generate", "engine, tokens/s"],
        rows,
    )
    engine.close()


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--model", default="random")
    chosen = parser.parse_args()
    main(chosen.rounds, chosen.model)
