"""The logit-lens grid beside what cannot be avoided: one forward pass and the head products.

    python -m benchmarks.layers [--tokens 64] [--repeat 5]

GPT-2-small's shape with random weights. The grid reads (n_layer + 1) x tokens
vectors through the head; the claim is that all of `logit_lens` takes less than
twice one forward pass plus those products.
"""

from __future__ import annotations

import argparse
import statistics
import time
from collections.abc import Callable
from types import SimpleNamespace

import torch
from transformers import GPT2Config, GPT2LMHeadModel

from core.lens import logit_lens
from core.trace import Trace, capture


def seconds(run: Callable[[], object], repeat: int) -> float:
    """Median wall time of a call, after one that warms up."""
    run()
    times = []
    for _repeat in range(repeat):
        start = time.perf_counter()
        run()
        times.append(time.perf_counter() - start)
    return statistics.median(times)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--tokens", type=int, default=64)
    parser.add_argument("--repeat", type=int, default=5)
    options = parser.parse_args()
    torch.manual_seed(0)
    model = GPT2LMHeadModel(GPT2Config()).eval()
    config = model.config
    shape = SimpleNamespace(n_layer=config.n_layer, n_vocab=config.vocab_size)
    loaded = SimpleNamespace(model=model, device=torch.device("cpu"), shape=shape)
    with torch.inference_mode():
        ids = tuple(torch.randint(0, config.vocab_size, (options.tokens,)).tolist())
        resid, logits = capture(loaded, ids)  # type: ignore[arg-type]
        trace = Trace("random", ids, ("",) * len(ids), resid, logits)
        tokens = torch.tensor([ids])
        forward = seconds(lambda: model(tokens, use_cache=False).logits, options.repeat)
        rows = torch.from_numpy(resid.reshape(-1, config.n_embd).copy())

        def products() -> None:
            for first in range(0, len(rows), 64):
                model.lm_head(rows[first : first + 64])

        head = seconds(products, options.repeat)
        grid = seconds(lambda: logit_lens(loaded, trace), options.repeat)  # type: ignore[arg-type]
        kept = logit_lens(loaded, trace)  # type: ignore[arg-type]
    bytes_kept = sum(a.nbytes for a in (kept.top_ids, kept.top_probs, kept.entropy))
    everything = (config.n_layer + 1) * options.tokens * config.vocab_size * 4
    print(f"{options.tokens} tokens, GPT-2-small's shape, {torch.get_num_threads()} threads")
    print(f"one forward pass                 {forward * 1e3:8.1f} ms")
    print(f"head products, {len(rows)} rows        {head * 1e3:8.1f} ms")
    print(f"the whole grid                   {grid * 1e3:8.1f} ms")
    print(f"grid / (forward + products)      {grid / (forward + head):8.2f}")
    print(f"grid / (2 forward + products)    {grid / (2 * forward + head):8.2f}   (claim: < 1)")
    print(f"kept {bytes_kept / 1e3:.0f} kB; all logits would be {everything / 1e6:.0f} MB")


if __name__ == "__main__":
    main()
