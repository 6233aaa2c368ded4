"""What a first visit sends to a browser, by Chromium's own counters, and how long it takes.

``python -m benchmarks.visit [--throttled]`` opens all pages one after another in one browser that
has nothing in its cache. Files are counted by Chromium; messages, which it shows unpacked, at their
full length; what both are on the wire, headers and all, by a relay that the bytes go through.
``--throttled`` puts 1.5 Mbit/s and 150 ms between the two.
"""

from __future__ import annotations

import argparse
import shutil
import time
from collections import defaultdict
from typing import Any

from playwright.sync_api import CDPSession, Page, sync_playwright

from benchmarks.measure import table
from benchmarks.relay import Relay, relay
from benchmarks.visitor import serve

PAGES = ("overview", "tokenizer", "embeddings", "attention", "layers", "sampling")
READY = '[data-testid="stApp"][data-test-script-state="notRunning"] h1'
#: Bits a second and milliseconds of a school's Wi-Fi.
SLOW = {"offline": False, "latency": 150, "downloadThroughput": 1.5e6 / 8,
        "uploadThroughput": 1.5e6 / 8}  # fmt: skip


class Counter:
    """What came to a browser since the last look: bytes of files and of messages, by name."""

    def __init__(self, browser: CDPSession) -> None:
        self.files: dict[str, float] = defaultdict(float)
        self.messages = 0.0
        self._names: dict[str, str] = {}
        browser.on("Network.responseReceived", self._named)
        browser.on("Network.loadingFinished", self._came)
        browser.on("Network.webSocketFrameReceived", self._said)
        browser.send("Network.enable")

    def _named(self, event: dict[str, Any]) -> None:
        self._names[event["requestId"]] = event["response"]["url"].split("?")[0]

    def _came(self, event: dict[str, Any]) -> None:
        name = self._names.get(event["requestId"], "")
        self.files[name.rsplit("/", 1)[-1] or "/"] += event["encodedDataLength"]

    def _said(self, event: dict[str, Any]) -> None:
        frame = event["response"]
        # A binary frame is given in base 64.
        self.messages += len(frame["payloadData"]) * (0.75 if frame["opcode"] == 2 else 1.0)

    def taken(self) -> tuple[dict[str, float], float]:
        found = dict(self.files), self.messages
        self.files.clear()
        self.messages = 0.0
        return found


def look(page: Page, address: str) -> float:
    """Go to an address; seconds until its first screen stands."""
    begun = time.perf_counter()
    page.goto(address, wait_until="commit")
    page.wait_for_selector(READY, timeout=120_000)
    took = time.perf_counter() - begun
    page.wait_for_timeout(4_000)  # what is loaded late counts, too
    return took


def visit(door: Relay, throttled: bool) -> None:
    with sync_playwright() as play:
        browser = play.chromium.launch(
            executable_path=shutil.which("chromium"), args=["--no-sandbox", "--disable-gpu"]
        )
        page = browser.new_page(viewport={"width": 1280, "height": 720})
        session = page.context.new_cdp_session(page)
        counter = Counter(session)
        if throttled:
            session.send("Network.emulateNetworkConditions", SLOW)
        rows, heavy, before = [], [], 0
        for name in PAGES:
            took = look(page, f"http://{door.address}/{'' if name == 'overview' else name}")
            files, messages = counter.taken()
            sent, before = door.n_bytes - before, door.n_bytes
            rows.append([name, f"{sum(files.values()) / 1e3:,.0f}", f"{messages / 1e3:,.0f}",
                         f"{sent / 1e3:,.0f}", f"{before / 1e6:.2f}", f"{took:.1f}"])  # fmt: skip
            top = sorted(files.items(), key=lambda item: -item[1])[:8]
            heavy += [[name, file, f"{size / 1e3:,.0f}"] for file, size in top if size > 20e3]
        browser.close()
    columns = ["page", "files, kB", "messages, kB", "on the wire, kB", "all so far, MB",
               "first screen, s"]  # fmt: skip
    table(f"A first visit{', throttled' if throttled else ''}", columns, rows)
    table("The heaviest files", ["page", "file", "kB"], heavy)


def main(throttled: bool) -> None:
    with serve() as (address, _server):
        time.sleep(15)  # the model wakes up by itself; that is not what is measured
        with relay(address) as door:
            visit(door, throttled)


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--throttled", action="store_true")
    main(parser.parse_args().throttled)
