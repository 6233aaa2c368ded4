"""A text of the whole context with every panel of every page open, as a small host serves it.

Through the real app in `mode = "public"`: how long each page takes, what memory the server keeps
and takes at most, and what changes when one word in the middle of the text does.

``python -m benchmarks.long [--tokens 1024] [--cache-mb 128]``
"""

from __future__ import annotations

import argparse
import threading
import time

import psutil

from benchmarks.measure import print_row, table
from benchmarks.redraw import prompt_of
from benchmarks.visitor import Visitor, serve
from core.model.load import load_model

PAGES = ("overview", "tokenizer", "embeddings", "attention", "layers", "sampling")
#: MiB of a small host; the goal for the server at most.
HOST = 1024


class Watch(threading.Thread):
    """The most memory that a process held since the last look."""

    def __init__(self, process: psutil.Process) -> None:
        super().__init__(daemon=True)
        self.process, self.most = process, 0

    def run(self) -> None:
        while True:
            try:
                self.most = max(self.most, self.process.memory_info().rss)
            except psutil.NoSuchProcess:
                return
            time.sleep(0.01)

    def taken(self) -> str:
        most, self.most = self.most, 0
        return f"{most / 2**20:,.0f} MiB"


def changed(text: str) -> str:
    """The text with another word in its middle."""
    words = text.split(" ")
    words[len(words) // 2] = "otherwise"
    return " ".join(words)


def main(tokens: int, cache_mb: int) -> None:
    prompt = prompt_of(load_model("storyteller"), tokens)
    settings = {"GPT2_HOOD_MODE": "public", "GPT2_HOOD_CACHE_MB": str(cache_mb)}
    query = {"model": "storyteller", "panel": "all"}
    head = ["page, all panels", "first look", "again", "one word in the middle changed",
            "sent", "memory at most"]  # fmt: skip
    with serve(**settings) as (address, server):
        visitor, watch = Visitor(address), Watch(psutil.Process(server.pid))
        visitor.open("overview", {})
        time.sleep(8)
        watch.start()
        table(
            f"{tokens:,} tokens; public; caches of {cache_mb} MiB; a host of {HOST} MiB", head, []
        )
        for number, page in enumerate(PAGES):
            texts = [prompt, prompt, changed(prompt)]
            times = [visitor.open(page, {**query, "prompt": text}) for text in texts]
            if visitor.prompt != texts[-1]:
                raise RuntimeError(f"another prompt: {visitor.prompt[:40]}")
            if errors := visitor.errors():
                raise RuntimeError("; ".join(errors))
            print_row([
                page,
                *(f"{seconds:.2f} s" for seconds in times),
                f"{visitor.n_bytes / 1e3:,.0f} kB",
                watch.taken() + (" (first)" if not number else ""),
            ])  # fmt: skip
        time.sleep(3)
        watch.taken()
        time.sleep(0.5)
        print(f"\nAt rest afterwards: {watch.taken()}")
        visitor.close()


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--tokens", type=int, default=1024)
    parser.add_argument("--cache-mb", type=int, default=128)
    chosen = parser.parse_args()
    main(chosen.tokens, chosen.cache_mb)
