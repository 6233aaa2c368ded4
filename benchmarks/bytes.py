"""Bytes that each page sends to the browser.

``python -m benchmarks.bytes [--tokens 64]``
"""

from __future__ import annotations

import argparse

from benchmarks import peers
from benchmarks.measure import random_model, some_ids, table
from benchmarks.visitor import Visitor, serve

PAGES = ("overview", "tokenizer", "embeddings", "attention", "layers", "compare", "sampling")


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
    views = peers.bertviz_bytes(random_model(), some_ids(n_words))
    for name, size in zip(("head view", "model view"), views or (), strict=False):
        rows.append([f"BertViz, {name}, {n_words} tokens", f"{size / 1e3:,.0f} kB", ""])
    table(f"To the browser, a prompt of {n_words} words", ["page", "sent", "errors"], rows)


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--tokens", type=int, default=64)
    main(parser.parse_args().tokens)
