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

from core.model.load import load_model
from core.tokens import merges
from core.tokens.encoding import encoding
from core.tokens.search import search
from core.tokens.vocabulary import vocabulary

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
    encoding(tokenizer, text)
    plain = milliseconds(
        lambda n: tokenizer(f"{text}{n}", split_special_tokens=True, verbose=False)
    )
    print(f"{'100,000 characters':44} {'ms':>8} {'of transformers':>16}")
    rows = [
        ("transformers' tokenizer", plain),
        (
            "encoding (ids and places)",
            milliseconds(lambda n: encoding(tokenizer, f"{text}{n + 100}")),
        ),
        ("encoding, asked again", milliseconds(lambda n: encoding(tokenizer, text))),
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
    from tests.app import open_page, set_prompt

    app = open_page("tokenizer", prompt="Hello")
    text = (SENTENCE * 2000)[:99_990]

    def run(prompt: str) -> None:
        set_prompt(app, prompt).run()

    run("Hello there")
    run(text)
    short = milliseconds(lambda n: run(f"Hello {n}"))
    long = milliseconds(lambda n: run(f"{text}{n}"))
    print(f"\nscript run: short prompt {short:.0f} ms, 100,000 characters {long:.0f} ms:")
    print(f"{long - short:.0f} ms more (goal: 300), {long / short:.2f} times")


#: Counts frames, and how often what is lit changes, until `stop` is called.
WATCH = """() => {
  const host = [...document.querySelectorAll('.st-key-tok_chips *')].find((n) => n.shadowRoot);
  const note = host.shadowRoot.querySelector('.note');
  const seen = { times: [], changes: 0, long: 0 };
  const changes = new MutationObserver((all) => { seen.changes += all.length; });
  changes.observe(note, { childList: true });
  const tasks = new PerformanceObserver((list) => { seen.long += list.getEntries().length; });
  tasks.observe({ entryTypes: ['longtask'] });
  let on = true;
  const frame = (now) => { seen.times.push(now); if (on) requestAnimationFrame(frame); };
  requestAnimationFrame(frame);
  window.stop_watching = () => {
    on = false; changes.disconnect(); tasks.disconnect();
    const gaps = seen.times.slice(1).map((time, n) => time - seen.times[n]).sort((a, b) => a - b);
    const all = seen.times[seen.times.length - 1] - seen.times[0];
    return { fps: 1000 * gaps.length / all, frames: gaps.length, changes: seen.changes,
             median: gaps[gaps.length >> 1], p99: gaps[Math.floor(0.99 * gaps.length)],
             worst: gaps[gaps.length - 1], late: gaps.filter((gap) => gap > 25).length,
             long: seen.long };
  };
}"""

#: The work of one change of the pointer, styles and layout included, without the screen.
CHANGE = """() => {
  const host = [...document.querySelectorAll('.st-key-tok_chips *')].find((n) => n.shadowRoot);
  const chips = [...host.shadowRoot.querySelectorAll('.lane.tokens .token')];
  const start = performance.now();
  for (let n = 0; n < 240; n++) {
    chips[(n * 7) % chips.length].dispatchEvent(
      new PointerEvent('pointerover', { bubbles: true, composed: true }));
    host.getBoundingClientRect();
  }
  return { chips: chips.length, each: (performance.now() - start) / 240 };
}"""


def browser(url: str) -> None:
    """Frames while the mouse moves over 1,000 and 10,000 tokens, and while it rests."""
    import shutil

    from playwright.sync_api import sync_playwright

    with sync_playwright() as play:
        chromium = play.chromium.launch(
            executable_path=shutil.which("chromium"), args=["--no-sandbox", "--disable-gpu"]
        )
        view = chromium.new_page(viewport={"width": 1280, "height": 720})
        view.set_default_timeout(120_000)
        view.goto(f"{url}/tokenizer?prompt=Hello&tok_per=10%2C000")
        view.wait_for_selector(".st-key-tok_chips .token")
        view.wait_for_timeout(3000)  # the run that drew it ends
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
            lane = view.locator(".st-key-tok_chips .lane.tokens")
            lane.scroll_into_view_if_needed()
            lane.locator(".token").nth(n_tokens // 2).hover()
            place = lane.bounding_box() or {}
            print(f"\n{n_tokens:,} tokens, all four lanes drawn:")
            view.evaluate(WATCH)
            view.wait_for_timeout(2000)
            told("the mouse rests", view.evaluate("() => window.stop_watching()"))
            view.evaluate(WATCH)
            for step in range(600):  # to and fro over the rows of chips
                row, column = divmod(step, 75)
                across = (74 - column if row % 2 else column) / 75
                view.mouse.move(
                    place["x"] + 5 + across * (place["width"] - 30),
                    place["y"] + 10 + (row % 4) * 40,
                )
            told("the mouse moves over the tokens", view.evaluate("() => window.stop_watching()"))
            seen = view.evaluate(CHANGE)
            print(f"  one change takes {seen['each']:.2f} ms of the browser's time")
        chromium.close()


def told(what: str, seen: dict) -> None:
    print(
        f"  {what}: {seen['fps']:.1f} frames a second over {seen['frames']} frames,"
        f" {seen['changes']} changes lit; a frame every {seen['median']:.1f} ms (median),"
        f" {seen['p99']:.1f} ms (99 %), {seen['worst']:.1f} ms (worst);"
        f" {seen['late']} frames late, {seen['long']} tasks over 50 ms"
    )


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
