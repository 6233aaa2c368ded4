"""Bytes that each page sends to the browser.

``python -m benchmarks.bytes [--tokens 64]``
"""

from __future__ import annotations

import argparse

from benchmarks.measure import table
from benchmarks.visitor import Visitor, serve

PAGES = ("overview", "tokenizer", "embeddings", "attention", "layers", "sampling")


def main(n_words: int) -> None:
    prompt = " ".join(["the king saw the old tree by the river and"] * 100).split()[:n_words]
    rows = []
    with serve() as (address, _server):
        visitor = Visitor(address)
        for page in PAGES:
            visitor.open(page, {"prompt": " ".join(prompt)})
            visitor.open(page, {"prompt": " ".join(prompt)})  # once more: what one run sends
            failed = "; ".join(visitor.errors())
            rows.append([page, f"{visitor.n_bytes / 1e3:,.0f} kB", failed])
        visitor.close()
    table(f"To the browser, a prompt of {n_words} words", ["page", "sent", "errors"], rows)


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--tokens", type=int, default=64)
    main(parser.parse_args().tokens)
