"""The attention page beside transformers' own attentions: time, memory, bytes to the browser.

    python -m benchmarks.attention [--tokens 16 64 256 1024]

Prints, for a random GPT-2-small, milliseconds and ratios; and what the page sends.
"""

from __future__ import annotations

import argparse
import gc
import statistics
import tempfile
import time
from collections.abc import Callable
from pathlib import Path

import numpy as np
import torch
from transformers import GPT2Config, GPT2LMHeadModel

from core.attention import all_layers, layer_attention, layer_pattern, layer_summary, pictures
from core.catalog import STORYTELLER
from core.charts.attention import packed_pictures, packed_triangle
from core.model import load_model
from core.trace import Trace, capture


def median_ms(work: Callable[[], object], rounds: int = 5) -> float:
    """Median wall time of some rounds, after one to warm up."""
    work()
    times = []
    for _round in range(rounds):
        start = time.perf_counter()
        work()
        times.append(1000 * (time.perf_counter() - start))
    return statistics.median(times)


def peak_mib(work: Callable[[], object]) -> float:
    """How far resident memory rises during some work, in MiB (Linux)."""
    gc.collect()
    Path("/proc/self/clear_refs").write_text("5")  # the high-water mark starts again from here
    before = _status("VmRSS")
    kept = work()
    peak = _status("VmHWM")
    del kept
    return (peak - before) / 1024


def _status(name: str) -> int:
    for line in Path("/proc/self/status").read_text().splitlines():
        if line.startswith(name + ":"):
            return int(line.split()[1])
    raise RuntimeError(f"no {name} on this system")


def random_small(folder: Path) -> Path:
    """A random GPT-2-small with the embedded model's tokenizer."""
    torch.manual_seed(0)
    GPT2LMHeadModel(GPT2Config()).save_pretrained(folder)
    for name in ("tokenizer.json", "tokenizer_config.json"):
        (folder / name).write_bytes((STORYTELLER / name).read_bytes())
    return folder


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--tokens", type=int, nargs="+", default=[16, 64, 256, 1024])
    chosen = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder, torch.inference_mode():
        source = random_small(Path(folder))
        loaded = load_model(str(source))
        eager = GPT2LMHeadModel.from_pretrained(
            source, dtype=torch.float32, attn_implementation="eager"
        ).eval()
        print("GPT-2-small's shape, random weights, float32")
        print(
            f"{'tokens':>6} | {'eager, all attentions':>21} | {'trace':>8} | {'one layer':>9} |"
            f" {'12 summaries':>12} | {'rollout':>8} | {'memory eager':>12} | {'one layer':>9} |"
            f" {'ratio':>6} | {'grid kB':>8} | {'head kB':>8}"
        )
        for n in chosen.tokens:
            ids = tuple(int(i) for i in np.random.default_rng(n).integers(0, 50257, n))
            tensor = torch.tensor([ids])
            trace = Trace("small", ids, ("a",) * n, *capture(loaded, ids))
            rounds = 3 if n > 256 else 5
            whole = median_ms(lambda t=tensor: eager(t, output_attentions=True), rounds)
            capturing = median_ms(lambda i=ids: capture(loaded, i), rounds)
            layer = median_ms(lambda t=trace: layer_attention(loaded, t, 5), rounds)
            made = [layer_summary(loaded, trace, i) for i in range(12)]
            grid = median_ms(
                lambda t=trace: [layer_summary(loaded, t, i) for i in range(12)], rounds
            )
            together = median_ms(lambda t=trace: all_layers(loaded, t), rounds)
            memory = peak_mib(lambda t=tensor: eager(t, output_attentions=True))
            ours = peak_mib(lambda t=trace: layer_attention(loaded, t, 5))
            sent_grid = len(packed_pictures(pictures(made, "max")))
            sent_head = len(packed_triangle(layer_pattern(loaded, trace, 5)[0])[0])
            print(
                f"{n:>6} | {whole:>18.0f} ms | {capturing:>5.0f} ms | {layer:>6.1f} ms |"
                f" {grid:>9.0f} ms | {together:>5.0f} ms | {memory:>8.0f} MiB | {ours:>5.0f} MiB |"
                f" {ours / max(memory, 1e-9):>6.2f} | {sent_grid / 1000:>8.1f} |"
                f" {sent_head / 1000:>8.1f}"
            )


if __name__ == "__main__":
    main()
