"""Everything that is to be known of a GPU, in one call and one report of under eight minutes.

``python -m benchmarks.gpu [--device cuda] [--report gpu.md] [--seconds 450]``

Placement by accelerate, parity with transformers in float32, 16-bit types, capture and decoding as
share of the bandwidth that is measured here, batches, a class of thirty, a stream that is stopped,
memory that runs out, the oracle tests. What fails is written into the report, and the rest goes on.
On a processor it does the same with small shapes: so it is never rotten.
"""

from __future__ import annotations

import argparse
import contextlib
import io
import subprocess
import sys
import tempfile
import time
import traceback
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path

import torch
from transformers import GPT2Config

from benchmarks import gpu_class, gpu_speed
from benchmarks.measure import random_model, table
from core.model.half import fast_half, product_seconds
from core.model.load import load_model
from core.model.loaded import LoadedModel

#: Layers, heads, width.
SHAPES = {"small": (12, 12, 768), "Large": (36, 20, 1280), "XL": (48, 25, 1600)}
TINY = {"tiny": (2, 2, 32)}
#: The oracle tests that hold the fast paths against transformers.
ORACLES = ("test_forward.py", "test_batch.py", "test_prefill.py")


@dataclass
class Asked:
    """What is measured, and what came of it.

    Attributes
    ----------
    device : where
    sizes : tokens of the texts
    batches : sequences at once
    shapes : name -> layers, heads, width
    failed : parts that did not get to their end
    """

    device: torch.device
    sizes: tuple[int, ...] = (1, 64, 1024)
    batches: tuple[int, ...] = (1, 2, 4, 8, 16, 32, 64)
    shapes: dict[str, tuple[int, int, int]] = field(default_factory=lambda: dict(SHAPES))
    failed: list[str] = field(default_factory=list)

    @property
    def is_cuda(self) -> bool:
        return self.device.type == "cuda"

    def config(self, name: str) -> GPT2Config:
        layers, heads, width = self.shapes[name]
        return GPT2Config(n_layer=layers, n_head=heads, n_embd=width)

    def model(self, name: str) -> LoadedModel:
        return random_model(self.config(name), self.device)


def machine(asked: Asked) -> None:
    """What it is, and how fast its memory is read."""
    rows = [["torch", torch.__version__]]
    if asked.is_cuda:
        about = torch.cuda.get_device_properties(asked.device)
        rows += [["GPU", about.name], ["memory", f"{about.total_memory / 2**30:.0f} GiB"]]
    rows += [["reads", f"{gpu_speed.bandwidth(asked.device):,.0f} GB/s"]]
    table(f"Machine: {asked.device}", ["what", "found"], rows)


def placement(asked: Asked, folder: Path) -> None:
    """Where accelerate puts a checkpoint of the first shape: left alone, and with half the room."""
    made = random_model(asked.config(next(iter(asked.shapes))))
    made.model.save_pretrained(folder)
    made.tokenizer.save_pretrained(folder)
    whole = load_model(str(folder))
    bounds: dict[int | str, int | str] = {"cpu": 2 * made.n_bytes}
    if asked.is_cuda:
        bounds[0] = int(0.6 * made.n_bytes)
    parted = load_model(str(folder), max_memory=bounds)
    ids = gpu_speed.some_ids(17)
    rows = []
    for title, loaded in (("left alone", whole), (f"max_memory = {bounds}", parted)):
        devices = sorted({str(block.device) for block in loaded.placement})
        off = gpu_speed.difference(loaded, made, ids)
        rows.append([title, ", ".join(devices), f"{off:.0e}"])
    table("Placement", ["bounds", "devices", "difference from the processor's logits"], rows)


def parity(asked: Asked) -> None:
    """Our pass beside transformers' own on the same device, as share of the largest logit."""
    loaded = asked.model(next(iter(asked.shapes)))
    rows = [
        [f"{n:,}", f"{gpu_speed.difference(loaded, loaded, gpu_speed.some_ids(n)):.0e}"]
        for n in asked.sizes
    ]
    table("Parity with transformers, float32, TF32 off; goal 1e-4", ["tokens", "difference"], rows)


def halves(asked: Asked) -> None:
    """One small product in each type, and which 16-bit type that chooses."""
    name = str(asked.device)
    times = product_seconds(name, ("float32", "bfloat16", "float16"))
    rows = [[dtype, f"{1e6 * seconds:.0f} µs"] for dtype, seconds in times.items()]
    table(f"16-bit: {fast_half(name)} is chosen", ["type", "a product"], rows)


def oracle_tests(asked: Asked) -> None:
    """The suite's own; where there is a GPU, accelerate puts their models on it."""
    if not asked.is_cuda:
        print("\nThe oracle tests run on a processor in the suite.")
        return
    tests = [f"tests/core/engine/{name}" for name in ORACLES]
    command = [sys.executable, "-m", "pytest", "-q", "-n0", "-p", "no:cacheprovider", *tests]
    done = subprocess.run(command, capture_output=True, text=True, timeout=150, check=False)
    print(f"\nOracle tests: exit {done.returncode}\n\n```\n{done.stdout[-3000:]}\n```")
    if done.returncode:
        raise RuntimeError("the oracle tests failed")


def run(asked: Asked, folder: Path, seconds: float) -> str:
    """All parts, as long as there is time; the report."""
    parts: dict[str, Callable[[], object]] = {
        "machine": lambda: machine(asked),
        "parity": lambda: parity(asked),
        "16-bit": lambda: halves(asked),
        "placement": lambda: placement(asked, folder),
        "thirty learners": lambda: gpu_class.thirty(asked),
        "a stopped stream": lambda: gpu_class.stopped(asked),
        "out of memory": lambda: gpu_class.out_of_memory(asked),
        "speed": lambda: gpu_speed.all_shapes(asked),
        "oracle tests": lambda: oracle_tests(asked),
    }
    begin, report = time.perf_counter(), io.StringIO()
    for name, part in parts.items():
        if time.perf_counter() - begin > seconds:
            asked.failed.append(f"{name} (no time left)")
            continue
        said = io.StringIO()
        try:
            with contextlib.redirect_stdout(said):
                part()
        except Exception:
            asked.failed.append(name)
            said.write(f"\n**{name} failed**\n\n```\n{traceback.format_exc()[-2500:]}```\n")
        print(said.getvalue(), flush=True)  # also where the time runs out before the report
        report.write(said.getvalue())
    took = f"\n{time.perf_counter() - begin:.0f} s. Failed: {', '.join(asked.failed) or 'nothing'}."
    print(took)
    return report.getvalue() + took + "\n"


def main(device: str, report: Path | None, seconds: float) -> int:
    torch.backends.cuda.matmul.allow_tf32 = torch.backends.cudnn.allow_tf32 = False
    asked = Asked(torch.device(device))
    if not asked.is_cuda:
        asked = Asked(asked.device, sizes=(1, 16), batches=(1, 4), shapes=TINY)
    with tempfile.TemporaryDirectory() as folder, torch.inference_mode():
        said = run(asked, Path(folder), seconds)
    if report is not None:
        report.write_text(f"# {device}\n{said}")
    return len(asked.failed)


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__)
    usual = "cuda" if torch.cuda.is_available() else "cpu"
    parser.add_argument("--device", default=usual)
    parser.add_argument("--report", type=Path)
    parser.add_argument("--seconds", type=float, default=450.0, help="after which no part begins")
    chosen = parser.parse_args()
    sys.exit(main(chosen.device, chosen.report, chosen.seconds))
