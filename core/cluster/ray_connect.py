"""Into a running Ray cluster, and out of one that was lost."""

from __future__ import annotations

import ctypes
import logging
import signal
import socket
import threading
from collections.abc import Iterator
from contextlib import closing, contextmanager
from typing import Any

import ray  # pyright: ignore[reportMissingImports]

from core.cluster.errors import ClusterLost

#: Where our actors have their names.
NAMESPACE = "gpt2-hood"
#: Seconds that finding a cluster may take.
LONGEST = 20.0

_lock = threading.Lock()
# It warns that a thread which connects has no say in how a process ends; see `_own_end`.
logging.getLogger("ray._private.worker").addFilter(lambda told: "SIGTERM" not in str(told.msg))
_finding: threading.Thread | None = None


def connect(address: str) -> None:
    """Be part of the cluster at an address; at once if this process already is.

    Parameters
    ----------
    address : ``host:port`` of its head, with or without ``ray://``, or ``auto`` for the cluster
        that this machine is part of

    Raises
    ------
    ClusterLost
        If none answers in time.
    """
    global _finding
    with _lock:
        if ray.is_initialized():
            return
        # Ray itself goes on trying for longer than anybody waits, and cannot be told to stop.
        if _finding is None or not _finding.is_alive():
            _finding = threading.Thread(target=_find, args=(address,), daemon=True)
            _finding.start()
        finding = _finding
    finding.join(LONGEST)
    if not ray.is_initialized():
        raise ClusterLost.at(address)


def _find(address: str) -> None:
    options: dict[str, Any] = {"log_to_driver": False, "configure_logging": False}
    try:
        with _own_end():
            ray.init(address=address.removeprefix("ray://"), namespace=NAMESPACE, **options)
    except Exception:  # it is not there; whoever waits says so
        return


@contextmanager
def _own_end() -> Iterator[None]:
    """Ray would end the process where it is told to stop; a server first closes its sessions.

    Python sets what is done then from its main thread only, so that the system is asked itself.
    """
    kept, ask = ctypes.create_string_buffer(512), ctypes.CDLL(None).sigaction
    ask(signal.SIGTERM, None, kept)
    try:
        yield
    finally:
        ask(signal.SIGTERM, kept, None)


def answers(seconds: float = 2.0) -> bool:
    """Whether the head of our cluster can still be reached."""
    try:
        host, port = ray.get_runtime_context().gcs_address.rsplit(":", 1)
        with closing(socket.create_connection((host, int(port)), timeout=seconds)):
            return True
    except Exception:  # Ray's own words for a cluster that is away are many
        return False


def leave() -> None:
    """Forget a cluster that was lost, so that the next who asks looks for it anew."""
    with _lock:
        if ray.is_initialized():
            gone = threading.Thread(target=ray.shutdown, daemon=True)
            gone.start()
            gone.join(LONGEST)
