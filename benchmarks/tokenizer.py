"""What the tokenizer page costs: long texts, merge replay, search, hovering in a browser.

``python -m benchmarks.tokenizer [--browser URL]``, where URL is a running app.
"""

from __future__ import annotations

import argparse
import os
import statistics
import time
from collections.abc import Callable

os.environ.setdefault("HF_HUB_OFFLINE", "1")

from core import merges
from core import tokenizer as core_tokenizer
from core.model import load_model
from core.vocabulary import search, vocabulary

SENTENCE = "The old king's 3 daughters, naïve but kind, said: “Good morning” 🙂 日本語\n"
WORD = " Donaudampfschifffahrtsgesellschaftskapitänsmütze"
SEARCHES = [
    ("dog", "text"),
    ("", "text"),
    ("F0 9F", "bytes"),
    ("464, 3290", "ids"),
    ("^ [A-Z][a-z]+$", "regex"),
    ("^(-+)+x$", "regex"),
]


def milliseconds(function: Callable[[int], object], rounds: int = 9) -> float:
    """Median time of a call that gets the number of its round."""
    taken = []
    for number in range(rounds):
        start = time.perf_counter()
        function(number)
        taken.append(1e3 * (time.perf_counter() - start))
    return statistics.median(taken)


def library() -> None:
    tokenizer = load_model("storyteller").tokenizer
    words = vocabulary(tokenizer)
    text = (SENTENCE * 2000)[:99_990]
    core_tokenizer.encoding(tokenizer, text)
    plain = milliseconds(
        lambda n: tokenizer(f"{text}{n}", split_special_tokens=True, verbose=False)
    )
    print(f"{'100,000 characters':44} {'ms':>8} {'of transformers':>16}")
    rows = [
        ("transformers' tokenizer", plain),
        (
            "encoding (ids and places)",
            milliseconds(lambda n: core_tokenizer.encoding(tokenizer, f"{text}{n + 100}")),
        ),
        ("encoding, asked again", milliseconds(lambda n: core_tokenizer.encoding(tokenizer, text))),
    ]
    for name, taken in rows:
        print(f"{name:44} {taken:8.2f} {taken / plain:15.2f}×")
    taken = milliseconds(lambda n: merges.replay(words, WORD.encode()))
    print(f"\nmerge replay of {len(WORD)} characters: {taken:.2f} ms (goal: 10)")
    for query, by in SEARCHES:
        taken = milliseconds(lambda n, q=query, b=by: search(words, q, b, match_case=False))
        print(f"search {by:6} {query!r:20} {taken:8.2f} ms (goal: 50)")


def page() -> None:
    """A run of the page's script with a short prompt and with 100,000 characters."""
    from tests.app import open_page

    app = open_page("tokenizer", prompt="Hello")
    text = (SENTENCE * 2000)[:99_990]

    def run(prompt: str) -> None:
        app.text_area(key="prompt").set_value(prompt)
        app.run()

    run("Hello there")
    run(text)
    short = milliseconds(lambda n: run(f"Hello {n}"))
    long = milliseconds(lambda n: run(f"{text}{n}"))
    print(f"\nscript run: short prompt {short:.0f} ms, 100,000 characters {long:.0f} ms:")
    print(f"{long - short:.0f} ms more (goal: 300), {long / short:.2f} times")


HOVER = """async () => {
  const host = [...document.querySelectorAll('.st-key-tok_chips *')].find((n) => n.shadowRoot);
  const chips = [...host.shadowRoot.querySelectorAll('.lane.tokens .token')];
  const frames = [];
  let last = performance.now();
  for (let n = 0; n < 240; n++) {
    const chip = chips[(n * 7) % chips.length];
    chip.dispatchEvent(new PointerEvent('pointerover', { bubbles: true, composed: true }));
    await new Promise(requestAnimationFrame);
    const now = performance.now();
    frames.push(now - last);
    last = now;
  }
  // The work of one change, without waiting for the screen.
  const start = performance.now();
  for (let n = 0; n < 240; n++) {
    chips[(n * 7) % chips.length].dispatchEvent(
      new PointerEvent('pointerover', { bubbles: true, composed: true }));
    host.getBoundingClientRect();
  }
  const each = (performance.now() - start) / 240;
  frames.sort((a, b) => a - b);
  return { chips: chips.length, median: frames[120], p95: frames[228], each };
}"""


def browser(url: str) -> None:
    """Frames while the pointer moves over 1,000 and 10,000 tokens."""
    import shutil

    from playwright.sync_api import sync_playwright

    with sync_playwright() as play:
        chromium = play.chromium.launch(
            executable_path=shutil.which("chromium"), args=["--no-sandbox", "--disable-gpu"]
        )
        view = chromium.new_page(viewport={"width": 1280, "height": 720})
        view.set_default_timeout(240_000)
        view.goto(f"{url}/tokenizer?prompt=Hello&tok_per=10%2C000")
        view.wait_for_selector(".st-key-tok_chips")
        for n_tokens in (1_000, 10_000):
            box = view.get_by_label("Prompt", exact=True)
            box.fill("tree" + " tree" * (n_tokens - 1))
            box.press("Control+Enter")
            view.wait_for_function(
                f"""() => [...document.querySelectorAll('.st-key-tok_chips *')].some((n) =>
                  n.shadowRoot &&
                  n.shadowRoot.querySelectorAll('.lane.tokens .token').length === {n_tokens})"""
            )
            view.wait_for_timeout(3000)
            seen = view.evaluate(HOVER)
            print(
                f"hovering over {seen['chips']:,} tokens: a frame every {seen['median']:.1f} ms"
                f" (median), {seen['p95']:.1f} ms (95 %); one change {seen['each']:.2f} ms"
                " (60 frames a second: 16.7 ms)"
            )
        chromium.close()


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--browser", help="address of a running app")
    parser.add_argument("--only-browser", action="store_true")
    chosen = parser.parse_args()
    if not chosen.only_browser:
        library()
        page()
    if chosen.browser:
        browser(chosen.browser)
