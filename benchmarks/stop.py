"""A server that is told to stop (SIGTERM) while a model loads and while texts are written.

``python -m benchmarks.stop``: both ways to start it; how long it takes, what open sessions are
told, and what it leaves in its log. A host waits ten seconds and then kills.
"""

from __future__ import annotations

import os
import signal
import socket
import subprocess
import sys
import tempfile
import threading
import time
import urllib.error
import urllib.request
from collections.abc import Callable
from pathlib import Path

from websockets.exceptions import ConnectionClosed

from benchmarks.measure import table
from benchmarks.visitor import ROOT, Visitor

#: Seconds that a host gives a server.
GIVEN = 10.0
WAYS: dict[str, list[str]] = {
    "streamlit run": ["streamlit", "run", "app.py", "--server.address", "127.0.0.1",
                      "--server.port"],
    "uvicorn": ["uvicorn", "app:app", "--host", "127.0.0.1", "--no-server-header",
                "--timeout-graceful-shutdown", "8", "--port"],
}  # fmt: skip


def start(way: str, log: Path) -> tuple[subprocess.Popen, str]:
    """A server on a free port, as soon as it answers; not yet awake."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    environment = {**os.environ, "HF_HUB_OFFLINE": "1"}
    server = subprocess.Popen(
        [sys.executable, "-m", *WAYS[way], str(port)],
        cwd=ROOT, env=environment, stdout=log.open("w"), stderr=subprocess.STDOUT,
    )  # fmt: skip
    for _try in range(600):
        try:
            urllib.request.urlopen(f"http://127.0.0.1:{port}/_stcore/health", timeout=5)
            break
        except (urllib.error.URLError, OSError):
            time.sleep(0.05)
    return server, f"127.0.0.1:{port}"


def loading(address: str, told: list[str]) -> None:
    """A visitor who comes while the first model loads."""
    _stays(lambda: Visitor(address), told, lambda one: one.open("", {}))


def writing(address: str, told: list[str]) -> None:
    """A visitor whose text is being written."""

    def writes(one: Visitor) -> None:
        one.open("", {})
        while True:
            one.press("write_many")
            for _time in range(4):  # twenty tokens take about as long
                one.poll()
                time.sleep(0.05)

    _stays(lambda: Visitor(address), told, writes)


def _stays(come: Callable[[], Visitor], told: list[str], does: Callable[[Visitor], object]) -> None:
    def run() -> None:
        visitor = None
        try:
            visitor = come()
            does(visitor)
            while True:
                visitor.poll()
                time.sleep(0.1)
        except ConnectionClosed as closed:
            words = visitor.last_words() if visitor else ""
            code = closed.rcvd.code if closed.rcvd else "no code"
            told.append(f"{'in words' if words else 'WITHOUT A WORD'}, {code}")
        except Exception as error:
            told.append(repr(error))

    threading.Thread(target=run, daemon=True).start()


def ready(address: str) -> None:
    """Wait until the model is awake."""
    while True:
        try:
            urllib.request.urlopen(f"http://{address}/ready", timeout=5)
            return
        except (urllib.error.URLError, OSError):
            time.sleep(0.2)


def stop(way: str, moment: str) -> list[str]:
    """One try: seconds until the server is gone, what three visitors were told, what it logged."""
    told: list[str] = []
    with tempfile.TemporaryDirectory() as folder:
        log = Path(folder) / "log"
        server, address = start(way, log)
        if moment == "texts are written":
            ready(address)
        for _visitor in range(3):
            (writing if moment == "texts are written" else loading)(address, told)
        time.sleep(6.0 if moment == "texts are written" else 1.0)
        begun = time.perf_counter()
        server.send_signal(signal.SIGTERM)
        try:
            code = str(server.wait(timeout=2 * GIVEN))
        except subprocess.TimeoutExpired:
            server.kill()
            code = "killed"
        took = time.perf_counter() - begun
        time.sleep(0.5)
        text = log.read_text()
    traced = text.count("Traceback")
    if traced:
        print(text[-3000:], file=sys.stderr)
    return [way, moment, f"{took:.1f}", code, ", ".join(told) or "nothing", str(traced)]


def main() -> None:
    rows = [
        stop(way, moment) for way in WAYS for moment in ("the model loads", "texts are written")
    ]
    columns = [
        "started by",
        "while",
        "gone after, s",
        "exit code",
        "visitors were told",
        "tracebacks",
    ]
    table("Told to stop", columns, rows)


if __name__ == "__main__":
    main()
