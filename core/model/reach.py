"""Whether a model of the Hub could come here: found out beside the sessions, never in a page's run.

The first who asks gets no answer yet; a thread looks, and whoever asks later is told what it found.
"""

from __future__ import annotations

import threading
import time
import urllib.error
import urllib.request
from collections.abc import Callable
from dataclasses import dataclass

from core.model import hub
from core.model.catalogue import Entry, offered
from core.model.memory import free_memory
from core.settings import Settings

#: Seconds that an answer holds.
_HOLDS = 300.0


@dataclass(frozen=True)
class Reachable:
    """A model that can come.

    Attributes
    ----------
    here : whether its files lie on this computer already
    """

    entry: Entry
    here: bool


class Reach:
    """What is known about one model of the catalogue.

    Parameters
    ----------
    key : of the model
    settings : of the server
    clock : seconds; another one in tests
    """

    def __init__(
        self, key: str, settings: Settings, clock: Callable[[], float] = time.monotonic
    ) -> None:
        self._key, self._settings, self._clock = key, settings, clock
        self._lock = threading.Lock()
        self._asked: float | None = None
        self._found: Reachable | None = None

    def known(self) -> Reachable | None:
        """The model if it can come, as far as is known; returns at once."""
        with self._lock:
            now = self._clock()
            if self._asked is None or now - self._asked > _HOLDS:
                self._asked = now
                threading.Thread(target=self.look, name="reach", daemon=True).start()
        return self._found

    def look(self) -> None:
        """Find it out; may take as long as the network's time-out."""
        entry = next((e for e in offered(self._settings) if e.key == self._key), None)
        if entry is None or entry.shape is None or not self._fits(entry):
            self._found = None
            return
        here = hub.cached_checkpoint(entry.source) is not None
        self._found = Reachable(entry, here) if here or self._answers(entry) else None

    def _fits(self, entry: Entry) -> bool:
        from core.model.placement import needed_bytes

        assert entry.shape is not None
        reserve = self._settings.memory_reserve_mb * 2**20
        return free_memory() - reserve >= needed_bytes(entry.shape)

    def _answers(self, entry: Entry) -> bool:
        """Whether the Hub has the model's first file."""
        if hub.offline():
            return False
        address = f"{hub.endpoint()}/{entry.source}/resolve/main/config.json"
        request = urllib.request.Request(address, method="HEAD")
        try:
            with urllib.request.urlopen(request, timeout=self._settings.network_timeout) as answer:
                return answer.status == 200
        except (OSError, ValueError):  # no network, no such file, an address that is none
            return False
