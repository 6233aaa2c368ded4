"""The logit-lens grid beside what cannot be avoided: one forward pass and the head products.

    python -m benchmarks.layers [--tokens 64] [--rounds 7]

GPT-2-small's shape with random weights. The grid reads (n_layer + 1) x tokens
vectors through the head. The claim: forward pass, grid and all take less than
twice one forward pass plus those products, and memory holds a few rows of
logits at a time, not layers x vocabulary.
"""

from __future__ import annotations

import argparse

import torch

from benchmarks.measure import apart, peak_memory, random_model, some_ids, take_turns, typical
from core.views.logit_lens_frugal import LENS_ROWS, logit_lens
from core.views.trace import Trace, capture


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    parser.add_argument("--tokens", type=int, default=64)
    parser.add_argument("--rounds", type=int, default=7)
    options = parser.parse_args()
    loaded = apart(random_model)
    model, ids = loaded.model, some_ids(options.tokens)
    with torch.inference_mode():
        resid, logits = capture(loaded, ids)
        trace = Trace("random", ids, ("",) * len(ids), resid, logits)
        tokens = torch.tensor([ids])
        rows = torch.from_numpy(resid.reshape(-1, resid.shape[-1]).copy())

        def forward() -> None:
            model(tokens, use_cache=False, logits_to_keep=1)

        def products() -> None:
            for first in range(0, len(rows), LENS_ROWS):
                model.lm_head(rows[first : first + LENS_ROWS])

        def grid() -> None:
            logit_lens(loaded, trace)

        def everything() -> torch.Tensor:
            return model.lm_head(model.transformer.ln_f(rows)).softmax(-1)

        times = take_turns(options.rounds, forward=forward, products=products, grid=grid)
        with peak_memory() as ours:
            grid()
        with peak_memory() as least:
            products()
        with peak_memory() as whole:
            everything()
    one, head, lens = (typical(times[name]) for name in ("forward", "products", "grid"))
    print(f"{options.tokens} tokens, GPT-2-small's shape, {torch.get_num_threads()} threads")
    print(f"one forward pass                     {one * 1e3:8.1f} ms")
    print(f"head products, {len(rows):5,} rows          {head * 1e3:8.1f} ms")
    print(f"the whole grid                       {lens * 1e3:8.1f} ms")
    share = (one + lens) / (2 * one + head)
    print(f"(forward + grid) / (2 forward + products) {share:8.2f}   (claim: < 1)")
    print(
        f"peak memory: grid {ours[0]:.0f} MiB, the products alone {least[0]:.0f} MiB,"
        f" all logits at once {whole[0]:.0f} MiB"
    )


if __name__ == "__main__":
    main()
