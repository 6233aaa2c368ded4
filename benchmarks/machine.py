"""What the machine's picture costs: the server beside one forward pass, bytes, frames as it plays.

``python -m benchmarks.machine [--shape small|large] [--browser URL]``, URL of a running app.
"""

from __future__ import annotations

import argparse
import os
import statistics
import time
from collections.abc import Callable

os.environ.setdefault("HF_HUB_OFFLINE", "1")

from transformers import GPT2Config

from benchmarks.measure import random_model, table
from benchmarks.redraw import prompt_of
from core.charts.overview.machine import drawn
from core.charts.overview.machine_steps import steps
from core.model.loaded import LoadedModel
from core.views.machine_of import machine
from core.views.trace import Trace, capture
from pages.components.shared.wire import pack

SHAPES = {
    "small": GPT2Config(),
    "large": GPT2Config(n_layer=36, n_head=20, n_embd=1280),
}
#: Milliseconds and kilobytes that issue 17 allows, by tokens.
GOALS = {"small": 60, "large": 150}
BYTES = {64: 150, 1_024: 400}

#: Counts frames until `stop_watching` is called.
WATCH = """() => {
  const times = []; let on = true;
  const frame = (now) => { times.push(now); if (on) requestAnimationFrame(frame); };
  requestAnimationFrame(frame);
  window.stop_watching = () => {
    on = false;
    const gaps = times.slice(1).map((time, n) => time - times[n]).sort((a, b) => a - b);
    return { fps: 1000 * gaps.length / (times.at(-1) - times[0]), frames: gaps.length,
             p99: gaps[Math.floor(0.99 * gaps.length)], worst: gaps.at(-1) };
  };
}"""


def milliseconds(function: Callable[[], object], rounds: int) -> float:
    taken = []
    for _round in range(rounds):
        begin = time.perf_counter()
        function()
        taken.append(1e3 * (time.perf_counter() - begin))
    return statistics.median(taken)


def traced(loaded: LoadedModel, n_tokens: int) -> Trace:
    ids = tuple(loaded.tokenizer(prompt_of(loaded, n_tokens))["input_ids"])
    resid, logits = capture(loaded, ids)
    return Trace("random", ids, tuple(map(loaded.tokenizer.decode, ids)), resid, logits)


def server(name: str, rounds: int) -> None:
    loaded = random_model(SHAPES[name])
    rows = []
    for n_tokens in (64, 1_024):
        trace = traced(loaded, n_tokens)
        at = trace.n_ctx - 1

        def message(trace: Trace = trace, at: int = at) -> bytes:
            made = machine(loaded, trace, at)
            head, arrays = drawn(made, steps(made))
            return pack(head, *arrays)

        size = len(message()) / 1e3
        passed = milliseconds(lambda trace=trace: capture(loaded, trace.token_ids), rounds)
        ours = milliseconds(message, rounds)
        goal = f"{GOALS[name]}" if n_tokens == 64 else ""
        rows.append(
            [f"{n_tokens:,}", f"{ours / passed:.2f}", f"{ours:.0f}", goal, f"{size:.0f}",
             f"{BYTES[n_tokens]}"]
        )  # fmt: skip
    table(
        f"The machine of GPT-2 {name}'s shape, beside one forward pass",
        ["tokens", "of the pass", "ms", "goal", "kB to the browser", "goal"],
        rows,
    )


def browser(url: str) -> None:
    """Frames while a thought plays from end to end."""
    import shutil

    from playwright.sync_api import sync_playwright

    with sync_playwright() as play:
        chromium = play.chromium.launch(
            executable_path=shutil.which("chromium"), args=["--no-sandbox", "--disable-gpu"]
        )
        view = chromium.new_page(viewport={"width": 1280, "height": 900})
        view.set_default_timeout(120_000)
        view.goto(url)
        view.wait_for_selector(".machine .tok")
        view.wait_for_timeout(3000)
        view.locator(".machine svg").scroll_into_view_if_needed()
        for what, press in (("at rest", False), ("a thought plays", True)):
            if press:
                view.locator(".machine button.main").click()
            view.evaluate(WATCH)
            view.wait_for_timeout(9_500)
            seen = view.evaluate("() => window.stop_watching()")
            print(
                f"{what}: {seen['fps']:.1f} frames a second over {seen['frames']} frames;"
                f" {seen['p99']:.1f} ms (99 %), {seen['worst']:.1f} ms (worst)"
            )
        chromium.close()


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--shape", choices=[*SHAPES, "none"], default="small")
    parser.add_argument("--rounds", type=int, default=7)
    parser.add_argument("--browser", help="address of a running app")
    chosen = parser.parse_args()
    if chosen.shape != "none":
        server(chosen.shape, chosen.rounds)
    if chosen.browser:
        browser(chosen.browser)
