"""Two replicas behind nginx, each restarted in turn while a class works, by deploy/nginx.conf.

Only ports are changed. Each learner comes from an address of their own (127.0.0.2 and up), asks for
a page once a second, and comes back when the connection is lost, as a browser does. Told are the
answers, how long each learner waited across the restarts, and whether an address always came to
the same replica while both were there. Needs nginx.

``python -m benchmarks.rolling [--learners 12]``
"""

from __future__ import annotations

import argparse
import os
import shutil
import signal
import subprocess
import sys
import tempfile
import threading
import time
import urllib.error
import urllib.request
from collections import defaultdict
from http.client import HTTPConnection, HTTPException
from pathlib import Path

from websockets.exceptions import ConnectionClosed, InvalidHandshake, InvalidMessage

from benchmarks.measure import print_row, table
from benchmarks.visitor import ROOT, Visitor, free_port

AROUND = """
pid {folder}/pid; error_log {folder}/error; worker_processes 1; daemon off;
events {{ worker_connections 1024; }}
http {{
    log_format who '$remote_addr $upstream_addr $status $msec';
    access_log {folder}/access who;
    client_body_temp_path {folder}/body; proxy_temp_path {folder}/proxy;
    fastcgi_temp_path {folder}/f; uwsgi_temp_path {folder}/u; scgi_temp_path {folder}/s;
    include {folder}/hood.conf;
}}
"""
#: What a browser meets while a replica is gone.
GONE = (ConnectionClosed, InvalidHandshake, InvalidMessage, HTTPException, OSError, EOFError)
#: Seconds between two pages of a learner, before another try, before the first and after the last
#: restart.
PACE, AGAIN, CALM = 1.0, 0.5, 8.0


class Replica:
    """One of the two, as deploy/gpt2-hood@.service starts it."""

    def __init__(self, folder: Path, number: int) -> None:
        self.port, self.log = free_port(), folder / f"replica-{number}"
        self.process = self.start()

    def start(self) -> subprocess.Popen:
        environment = {**os.environ, "HF_HUB_OFFLINE": "1", "GPT2_HOOD_MODE": "public"}
        options = ("--no-server-header", "--no-access-log", "--ws-max-size", "8388608")
        end = ("--timeout-graceful-shutdown", "8")
        with self.log.open("a") as out:
            self.process = subprocess.Popen(
                [*(sys.executable, "-m", "uvicorn", "app:app", "--host", "127.0.0.1"),
                 *("--port", str(self.port), *options, *end)],
                cwd=ROOT, env=environment, stdout=out, stderr=out,
            )  # fmt: skip
        return self.process

    def wait_ready(self, patience: float = 120.0) -> float:
        """Seconds until it can be sent visitors."""
        begin = time.monotonic()
        while time.monotonic() < begin + patience:
            try:
                with urllib.request.urlopen(f"http://127.0.0.1:{self.port}/ready", timeout=5):
                    return time.monotonic() - begin
            except (urllib.error.URLError, OSError):
                time.sleep(0.2)
        raise TimeoutError("a replica did not get ready")

    def stop(self) -> float:
        """Seconds until it has ended."""
        begin = time.monotonic()
        self.process.send_signal(signal.SIGTERM)
        self.process.wait(30)
        return time.monotonic() - begin


class Learner(threading.Thread):
    """Asks for a page once a second and comes back when the connection is lost."""

    def __init__(self, address: str, number: int) -> None:
        super().__init__(daemon=True)
        self.address, self.source = address, f"127.0.0.{number + 2}"
        self.number, self.stop = number, threading.Event()
        self.answers, self.lost, self.worst = 0, 0, 0.0
        self.problems: list[str] = []

    def run(self) -> None:
        visitor: Visitor | None = None
        since = time.monotonic()
        while not self.stop.wait(PACE):
            try:
                if visitor is None:
                    visitor = Visitor(self.address, self.source)
                self.look()
                prompt = f"The girl had {self.number} brothers and {self.answers} sisters"
                visitor.open("attention", {"prompt": prompt}, patience=60)
            except GONE:
                self.lost += visitor is not None
                visitor = None
                time.sleep(AGAIN)
                continue
            self.problems += visitor.errors()
            self.answers += 1
            self.worst = max(self.worst, time.monotonic() - since)
            since = time.monotonic()
        if visitor is not None:
            visitor.close()

    def look(self) -> None:
        """A small file from the same address: nginx's log says which replica gave it."""
        line = HTTPConnection(self.address, timeout=10, source_address=(self.source, 0))
        line.request("GET", "/_stcore/health")
        line.getresponse().read()
        line.close()


def conf(folder: Path, port: int, replicas: list[Replica]) -> Path:
    """deploy/nginx.conf with other ports, and what stands around it."""
    text = (ROOT / "deploy" / "nginx.conf").read_text(encoding="utf-8")
    text = text.replace("listen 8080", f"listen 127.0.0.1:{port}")
    for usual, replica in zip((8501, 8502), replicas, strict=True):
        text = text.replace(f"127.0.0.1:{usual}", f"127.0.0.1:{replica.port}")
    (folder / "hood.conf").write_text(text, "utf-8")
    (folder / "nginx.conf").write_text(AROUND.format(folder=folder), "utf-8")
    return folder / "nginx.conf"


def strays(folder: Path, quiet: list[tuple[float, float]]) -> tuple[int, int]:
    """Addresses that were seen, and those that came to both replicas outside the restarts."""
    seen: dict[str, set[str]] = defaultdict(set)
    for line in (folder / "access").read_text().splitlines():
        who, to, _status, at = line.split()[:1] + line.split()[-3:]
        if any(begin <= float(at) <= end for begin, end in quiet):
            seen[who].add(to)
    return len(seen), sum(len(to) > 1 for to in seen.values())


def main(n: int) -> None:
    nginx = shutil.which("nginx") or "/usr/sbin/nginx"
    with tempfile.TemporaryDirectory() as name:
        folder, port = Path(name), free_port()
        folder.chmod(0o755)
        replicas = [Replica(folder, number) for number in range(2)]
        proxy = subprocess.Popen(
            [nginx, "-e", "stderr", "-p", name, "-c", str(conf(folder, port, replicas))]
        )
        try:
            for replica in replicas:
                replica.wait_ready()
            learners = [Learner(f"127.0.0.1:{port}", number) for number in range(n)]
            for learner in learners:
                learner.start()
            begin = time.time()  # nginx's log says the hour
            time.sleep(CALM)
            quiet = [(begin, time.time())]
            table("Each replica restarted in turn", ["replica", "ended", "ready again"], [])
            for number, replica in enumerate(replicas):
                ended = replica.stop()
                replica.start()
                print_row([str(number + 1), f"{ended:.1f} s", f"{replica.wait_ready():.1f} s"])
                time.sleep(CALM)
            for learner in learners:
                learner.stop.set()
            for learner in learners:
                learner.join(90)
            time.sleep(1)
            report(learners, folder, quiet)
        finally:
            proxy.terminate()
            proxy.wait(20)
            for replica in replicas:
                replica.process.kill()


def report(learners: list[Learner], folder: Path, quiet: list[tuple[float, float]]) -> None:
    waits = sorted(learner.worst for learner in learners)
    problems = [problem for learner in learners for problem in learner.problems]
    failures = sum((folder / f"replica-{n}").read_text().count("Traceback") for n in range(2))
    seen, strayed = strays(folder, quiet)
    print(
        f"\n{sum(learner.answers for learner in learners)} answers to {len(learners)} learners, "
        f"{sum(learner.lost for learner in learners)} connections lost\n"
        f"longest time between two pages of a learner: median {waits[len(waits) // 2]:.1f} s, "
        f"longest {waits[-1]:.1f} s\n"
        f"{seen} addresses seen before the restarts, {strayed} came to both replicas\n"
        f"problems on pages: {problems or 'none'}; failures in the logs: {failures}"
    )


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--learners", type=int, default=12)
    main(parser.parse_args().learners)
