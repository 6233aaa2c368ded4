"""From the command to the first page, and to the first live numbers.

``python -m benchmarks.start``
"""

from __future__ import annotations

import subprocess
import sys
import time

from benchmarks.measure import table
from benchmarks.visitor import Visitor, serve

#: Seconds after which the server should have woken up by itself.
LATER = 15


def imports() -> float:
    """Seconds that importing the app's libraries takes in a fresh process."""
    begin = time.perf_counter()
    subprocess.run(
        [sys.executable, "-c", "import torch, transformers, streamlit, altair"], check=True
    )
    return time.perf_counter() - begin


def main() -> None:
    whole = imports()
    begin = time.perf_counter()
    with serve() as (address, _server):
        up = time.perf_counter() - begin
        visitor = Visitor(address)
        visitor._page = "overview"
        visitor._send()
        visitor._until_quiet(time.perf_counter() + 300)
        first = time.perf_counter() - begin
        stored = "chart_stored" in visitor._widgets or any(
            "stored with it" in text for text in visitor.shown.values()
        )
        visitor.open("overview", {})
        live = time.perf_counter() - begin
        visitor.close()
        other = Visitor(address)
        again = other.open("overview", {})
        other.close()
    with serve() as (address, _server):
        time.sleep(LATER)
        late = Visitor(address)
        awake = late.open("overview", {})
        late.close()
    rows = [
        ["server answers", f"{up / whole:.2f}", f"{up:.1f} s"],
        ["first page on the screen", f"{first / whole:.2f}", f"{first:.1f} s"],
        ["live numbers on it", f"{live / whole:.2f}", f"{live:.1f} s"],
        ["a second visitor's whole page", f"{again / whole:.2f}", f"{again:.1f} s"],
        [
            f"a first visitor's who comes {LATER} s after the command",
            f"{awake / whole:.2f}",
            f"{awake:.1f} s",
        ],
    ]
    table(
        f"Start; importing torch, transformers, streamlit and altair alone: {whole:.1f} s;"
        f" stored results shown: {'yes' if stored else 'no'}",
        ["", "of that", "seconds"],
        rows,
    )


if __name__ == "__main__":
    main()
