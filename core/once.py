"""What is made once for a whole process: for all its sessions, and for as long as it runs.

Streamlit has a cache for this, and a message by which any session empties it for all, as a
developer at work may want to. A stranger would take the models away from everybody.
"""

from __future__ import annotations

import sys
import threading
from collections.abc import Callable
from functools import wraps
from types import ModuleType
from typing import Any, Generic, TypeVar

T = TypeVar("T")

#: No file is behind this name: where the server watches its files and reads one again, what was
#: made stays, and no second pool of models comes to be.
_NAME = "gpt2_hood_made_once"
_MADE: dict[str, Any] = sys.modules.setdefault(_NAME, ModuleType(_NAME)).__dict__


class Once(Generic[T]):
    """A function without arguments that is called once; every later call gets what it returned.

    Threads that come meanwhile wait for it. What it raises is raised to its caller and not kept.
    """

    def __init__(self, make: Callable[[], T]) -> None:
        wraps(make)(self)
        self._make, self._name = make, f"{make.__module__}.{make.__qualname__}"
        self._lock: threading.RLock = _MADE.setdefault(f"{self._name} lock", threading.RLock())

    def __call__(self) -> T:
        with self._lock:
            if self._name not in _MADE:
                _MADE[self._name] = self._make()
            return _MADE[self._name]

    def clear(self) -> None:
        """Forget what was made: the next call makes it anew."""
        with self._lock:
            _MADE.pop(self._name, None)


def once(make: Callable[[], T]) -> Once[T]:
    """Mark a function whose result is one for the whole process."""
    return Once(make)
