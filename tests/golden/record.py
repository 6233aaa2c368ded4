"""Write down what each page shows: ``python -m tests.golden.record [page …]``."""

from __future__ import annotations

import os

os.environ.setdefault("HF_HUB_OFFLINE", "1")  # as in tests/conftest.py; set before any import
os.environ.setdefault("TOKENIZERS_PARALLELISM", "false")

import sys
import tempfile
import time
from pathlib import Path

from tests.golden import store
from tests.golden.opening import take_down
from tests.golden.state import PAGES
from tests.golden.states import states


def main(pages: list[str]) -> None:
    """Record pages anew; all of them if none is named."""
    with tempfile.TemporaryDirectory() as folder:
        for page in pages or PAGES:
            begin = time.perf_counter()
            found = {state.name: take_down(state, Path(folder)) for state in states(page)}
            path = store.save(page, found)
            size, seconds = path.stat().st_size / 1024, time.perf_counter() - begin
            print(f"{page}: {len(found)} states, {size:.0f} KiB, {seconds:.0f} s")


if __name__ == "__main__":
    main(sys.argv[1:])
