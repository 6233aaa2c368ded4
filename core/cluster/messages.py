"""What goes to the model's machine and what comes back.

A `Trace` never goes there: its ids do, and there the trace is in the cache, or is computed again.
"""

from __future__ import annotations

import io
import pickle
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from core.errors import RequestFailed
from core.language import _, current_language
from core.views.trace import Trace


@dataclass(frozen=True)
class Asked:
    """One question.

    Attributes
    ----------
    code : the version of whoever asks
    client : the session, for its fair share
    language : of sentences
    verb : "view", "trace" …
    payload : the verb's arguments, packed
    """

    code: str
    client: str
    language: str
    verb: str
    payload: bytes


@dataclass(frozen=True)
class Answer:
    """A result, or what was raised, as bytes."""

    value: Any = None
    error: bytes | None = None

    def opened(self) -> Any:
        """The result; raises what was raised there."""
        if self.error is not None:
            raise pickle.loads(self.error)
        return self.value


def raised(error: BaseException) -> Answer:
    """An answer that raises; what cannot be sent becomes a sentence."""
    try:
        data = pickle.dumps(error)
        pickle.loads(data)
    except Exception:
        failed = RequestFailed(
            _("The model could not finish this request."),
            _("Try again; if it fails again, change the text or choose another model."),
        )
        data = pickle.dumps(failed)
    return Answer(error=data)


class _Packer(pickle.Pickler):
    def persistent_id(self, obj: Any) -> Any:
        return obj.token_ids if isinstance(obj, Trace) else None


class _Opener(pickle.Unpickler):
    def __init__(self, data: bytes, trace: Callable[[tuple[int, ...]], Trace]) -> None:
        super().__init__(io.BytesIO(data))
        self._trace = trace

    def persistent_load(self, pid: Any) -> Trace:
        return self._trace(pid)


def packed(*args: Any) -> bytes:
    """Arguments as bytes: functions by their names, traces by their ids."""
    out = io.BytesIO()
    _Packer(out, protocol=5).dump(args)
    return out.getvalue()


def opened(data: bytes, trace: Callable[[tuple[int, ...]], Trace]) -> tuple[Any, ...]:
    """What `packed` was given.

    Parameters
    ----------
    trace : makes the trace of these ids
    """
    return _Opener(data, trace).load()


def language_now() -> str:
    """The language in which whoever asks reads."""
    return current_language.get()
