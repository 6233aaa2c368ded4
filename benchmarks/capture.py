"""Our capture beside transformers' eager forward with everything, and beside a bare forward.

``python -m benchmarks.capture [--rounds 3] [--model storyteller]``
"""

from __future__ import annotations

import argparse

import torch

from benchmarks import peers
from benchmarks.measure import (
    model_named,
    peak_memory,
    print_row,
    some_ids,
    table,
    take_turns,
    typical,
)
from core.engine.forward import Forward
from core.engine.prefill import Prefilled, prefill
from core.model.loaded import LoadedModel


def compare(loaded: LoadedModel, rounds: int, sizes: list[int]) -> None:
    forward, model = Forward(loaded), loaded.model
    growth, bridge = [], peers.lens(loaded)
    lens_columns = ["TransformerLens / eager"] if bridge is not None else []
    head = ["tokens", "ours / eager", "bare / eager", *lens_columns]
    head += ["eager", "peak", "peak ratio", "difference"]
    table(f"Capture, {loaded.key}", head, [])
    with torch.inference_mode():
        for _trial in forward.measure():  # as the engine does when it first rests
            pass
        for n in sizes:
            ids = some_ids(n)
            tensor = torch.tensor([ids])

            def ours(ids=ids) -> Prefilled:
                *_pieces, text = prefill(forward, ids)
                assert text is not None
                return text

            def eager(tensor=tensor):
                model.set_attn_implementation("eager")
                out = model(tensor, output_attentions=True, output_hidden_states=True)
                model.set_attn_implementation("sdpa")
                return out

            def bare(tensor=tensor):
                return model(tensor, use_cache=False, logits_to_keep=1)

            def lens(tensor=tensor):
                return bridge.run_with_cache(tensor)

            others = {"lens": lambda lens=lens: lens() and None} if bridge is not None else {}
            error = float((torch.tensor(ours().logits) - eager().logits[0, -1]).abs().max())
            times = take_turns(
                max(2, rounds * 256 // max(n, 64)),
                ours=lambda ours=ours: ours() and None,
                eager=lambda eager=eager: eager() and None,
                bare=lambda bare=bare: bare() and None,
                **others,
            )
            mine, theirs, least = (typical(times[k]) for k in ("ours", "eager", "bare"))
            with peak_memory() as lean:
                ours()
            with peak_memory() as full:
                eager()
            print_row(
                [
                    f"{n:,}",
                    f"{mine / theirs:.2f}",
                    f"{least / theirs:.2f}",
                    *(f"{typical(times[k]) / theirs:.2f}" for k in others),
                    f"{1e3 * theirs:.0f} ms",
                    f"{lean[0]:.0f} / {full[0]:.0f} MiB",
                    f"{lean[0] / max(full[0], 1e-9):.2f}",
                    f"{error:.0e}",
                ]
            )
        before = some_ids(256)
        longer = (*before, 11)
        *_pieces, text = prefill(forward, before)

        def whole() -> None:
            list(prefill(forward, longer))

        def reused() -> None:
            list(prefill(forward, longer, text))

        times = take_turns(4 * rounds, whole=whole, reused=reused)
        growth.append(["256 + 1", f"{typical(times['reused']) / typical(times['whole']):.3f}"])
    table("One word more at the end", ["tokens", "of a whole pass"], growth)


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--model", default="random", help='"random" has GPT-2 small\'s shape')
    parser.add_argument("--tokens", type=int, nargs="+", default=[16, 64, 256, 1024])
    chosen = parser.parse_args()
    compare(model_named(chosen.model), chosen.rounds, chosen.tokens)
