"""Download a checkpoint from the Hugging Face Hub into the local cache.

A download runs in a process of its own (`core.model.download`), which reports in lines of JSON.
That process can be ended at any moment, so a load that is left stops at once; a server that says
nothing cannot hold anybody up; and the settings that huggingface_hub reads when it is imported
stay out of the server's process.
"""

from __future__ import annotations

import json
import math
import os
import queue
import subprocess
import sys
import threading
import time
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from core.model import hub, hub_errors

#: Seconds that the other process may need to start on a machine that is busy.
_START_LIMIT = 90.0
#: Seconds between two looks at whether the load was left.
_TICK = 0.1


def fetch(
    repo_id: str,
    *,
    timeout: float,
    tick: Callable[[str, int, int], None],
    on_config: Callable[[Path], object],
) -> Path:
    """Download a checkpoint into the local cache.

    Parameters
    ----------
    repo_id : owner/model
    timeout : seconds without a sign of life after which the Hub counts as out of reach
    tick : called at least every 0.2 seconds with the stage ("connecting" or "downloading"), the
        bytes done and the bytes in all (0 while unknown); an exception from it ends the download
    on_config : called with the folder as soon as ``config.json`` is there and before any weights
        are; an exception from it ends the download

    Returns
    -------
    Path
        The folder of the checkpoint.

    Raises
    ------
    UnknownModel, NoNetwork, BadCheckpoint, NotEnoughMemory
    """
    if hub.offline():
        raise hub_errors.switched_off(repo_id)
    process = _start(repo_id, timeout)
    try:
        return _follow(process, _Reported(repo_id, timeout), tick, on_config)
    finally:
        _end(process)


def _start(repo_id: str, timeout: float) -> subprocess.Popen[str]:
    """The process that downloads; its settings are in its environment."""
    root = Path(__file__).resolve().parent.parent.parent
    paths = [str(root), os.environ.get("PYTHONPATH", "")]
    environment = {
        **os.environ,
        "PYTHONPATH": os.pathsep.join(paths).rstrip(os.pathsep),
        # Without this, a folder named core where the server was started would be imported.
        "PYTHONSAFEPATH": "1",
        "HF_ENDPOINT": hub.endpoint(),
        # The plain HTTP path is the one that is tested: it resumes and has time-outs.
        "HF_HUB_DISABLE_XET": "1",
        "HF_HUB_DOWNLOAD_TIMEOUT": str(max(1, math.ceil(timeout))),
        "HF_HUB_DISABLE_TELEMETRY": "1",
    }
    arguments = [repo_id, str(hub.cache_folder()), str(timeout)]
    return subprocess.Popen(
        [sys.executable, "-m", "core.model.download", *arguments],
        stdin=subprocess.PIPE,  # held open: the other process ends when this one does
        stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL,
        env=environment,
        text=True,
        encoding="utf-8",
    )


@dataclass
class _Reported:
    """What the other process has said so far, and for how many seconds it may now be silent."""

    repo_id: str
    timeout: float
    stage: str = "connecting"
    done: int = 0
    total: int = 0
    limit: float = _START_LIMIT

    def take(self, report: dict[str, Any]) -> Path | None:
        """Note a report; returns the folder once the download is done."""
        match report["event"]:
            case "started":
                # Its own time-outs come first; this one catches what has none (name servers).
                self.limit = 2 * self.timeout + 2
            case "files":
                self.total, self.limit = report["total"], 3 * self.timeout + 2
            case "bytes":
                self.stage, self.done = "downloading", report["done"]
            case "done":
                return Path(report["folder"])
            case "error":
                raise hub_errors.reported(report, self.repo_id, self.done, self.total)
        return None


def _follow(
    process: subprocess.Popen[str],
    now: _Reported,
    tick: Callable[[str, int, int], None],
    on_config: Callable[[Path], object],
) -> Path:
    """Read the other process's reports until it is done, fails, or falls silent."""
    reports = _reports_of(process)
    last = time.monotonic()
    while True:
        tick(now.stage, now.done, now.total)
        try:
            report = reports.get(timeout=_TICK)
        except queue.Empty:
            if time.monotonic() - last > now.limit:
                raise hub_errors.silent(now.stage, now.limit) from None
            continue
        last = time.monotonic()
        if report is None:
            raise hub_errors.broken(now.done, now.total)
        if report["event"] == "file" and report["name"] == "config.json":
            on_config(Path(report["path"]).parent)
        if (folder := now.take(report)) is not None:
            return folder


def _reports_of(process: subprocess.Popen[str]) -> queue.Queue[dict[str, Any] | None]:
    """The reports of the other process as they come; None after the last."""
    reports: queue.Queue[dict[str, Any] | None] = queue.Queue()

    def read() -> None:
        assert process.stdout is not None
        for line in process.stdout:
            with suppress(ValueError):
                reports.put(json.loads(line))
        reports.put(None)

    threading.Thread(target=read, name="hub reports", daemon=True).start()
    return reports


def _end(process: subprocess.Popen[str]) -> None:
    """End the other process, letting it remove the file it was writing."""
    if process.poll() is None:
        process.terminate()
    try:
        process.wait(timeout=3)
    except subprocess.TimeoutExpired:
        process.kill()
        process.wait()
    for stream in (process.stdin, process.stdout):
        if stream is not None:
            with suppress(OSError):
                stream.close()
