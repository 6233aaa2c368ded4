"""How long each page's script takes when it is run again: ``python -m benchmarks.script_time``.

``--beside it`` runs each page in turn in English and in another language, and says the ratio.

Each page is opened under AppTest, with a prompt of 64 tokens, and run again with nothing changed,
as for a click outside of every fragment: the engine answers from what it keeps, so the time is
that of drawing: widgets, texts, charts, what goes to components. The processor's time is of all
threads; on a shared machine it moves less than the clock's.
"""

from __future__ import annotations

import argparse
import statistics
import time

from streamlit.testing.v1 import AppTest

from benchmarks.measure import print_row, table
from benchmarks.redraw import prompt_of
from core import cache
from core.engine import Engine
from core.language import SOURCE_LANGUAGE, set_language
from core.model import load_model
from tests.app import APP, settle

PAGES = ("overview", "tokenizer", "embeddings", "attention", "layers", "compare", "sampling")
LIMIT = 100  # milliseconds


def opened(page: str, prompt: str, language: str = SOURCE_LANGUAGE) -> AppTest:
    """A page of the embedded model, drawn twice so that nothing is made for the first time."""
    app = AppTest.from_file(APP, default_timeout=600)
    app.query_params["prompt"], app.query_params["lang"] = prompt, language
    if page != "overview":
        app.switch_page(f"pages/{page}.py")
    app.run()
    settle(app)
    engine = cache.engine_or_job("storyteller")
    assert isinstance(engine, Engine)
    engine.measured.wait(60)  # its own measurements at the start would be counted
    return app.run()


def rerun_times(page: str, prompt: str, rounds: int) -> tuple[list[float], list[float]]:
    """Seconds by the clock, and processor seconds of all threads, of each run."""
    app = opened(page, prompt)
    clock, processor = [], []
    for _round in range(rounds):
        begin, work = time.perf_counter(), time.process_time()
        app.run()
        clock.append(time.perf_counter() - begin)
        processor.append(time.process_time() - work)
    assert not app.exception
    return clock, processor


def run(app: AppTest, language: str) -> float:
    """Processor seconds of a run."""
    set_language(language)  # AppTest asks for the options' labels in a thread of its own
    begin = time.process_time()
    app.run()
    return time.process_time() - begin


def ratios(page: str, prompt: str, rounds: int, language: str) -> list[float]:
    """Another language's processor time beside English's, run by run, each in turn the first."""
    apps = {}
    for code in (SOURCE_LANGUAGE, language):
        set_language(code)
        apps[code] = opened(page, prompt, code)
    found = []
    for n in range(rounds):
        order = list(apps)[:: 1 if n % 2 else -1]
        times = {code: run(apps[code], code) for code in order}
        found.append(times[language] / times[SOURCE_LANGUAGE])
    set_language(SOURCE_LANGUAGE)
    return found


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("pages", nargs="*", default=PAGES, help="all if none is named")
    parser.add_argument("--rounds", type=int, default=7)
    parser.add_argument("--tokens", type=int, default=64)
    parser.add_argument("--beside", metavar="LANGUAGE")
    asked = parser.parse_args()
    prompt = prompt_of(load_model("storyteller"), asked.tokens)
    if asked.beside:
        table(
            f"Processor time in {asked.beside} beside English", ["page", "median", "quartiles"], []
        )
        for page in asked.pages:
            low, middle, high = statistics.quantiles(
                ratios(page, prompt, asked.rounds, asked.beside), n=4
            )
            print_row([page, f"{middle:.3f}", f"{low:.3f} to {high:.3f}"])
        return
    head = ["page", "clock, median", "fastest", "processor, median", "limit"]
    table(f"A page's script run again, {asked.tokens} tokens", head, [])
    for page in asked.pages:
        clock, processor = rerun_times(page, prompt, asked.rounds)
        times = [statistics.median(clock), min(clock), statistics.median(processor)]
        print_row([page, *(f"{1e3 * t:.0f} ms" for t in times), f"{LIMIT} ms"])


if __name__ == "__main__":
    main()
