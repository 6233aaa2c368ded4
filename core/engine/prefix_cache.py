"""Texts that were read, kept for all sessions: one that begins alike is read from there."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager

from core.engine.counted import Counted
from core.engine.forward import Forward
from core.engine.prefill import Prefilled, common_prefix, prefill


class PrefixCache:
    """Texts by their ids, as many as fit. Only the owner thread reads with it.

    Parameters
    ----------
    n_bytes : of all texts, at most
    lock : guards the texts
    chunk : asked before each piece how many rows to read in one go
    """

    def __init__(
        self,
        forward: Forward,
        n_bytes: int,
        lock: AbstractContextManager,
        chunk: Callable[[], int],
    ) -> None:
        self._forward, self._lock, self._chunk = forward, lock, chunk
        self._texts = Counted(n_bytes, lambda text: text.n_bytes + 128)

    @property
    def n_bytes(self) -> int:
        """Held now."""
        return int(self._texts.currsize)

    def prefill(self, ids: tuple[int, ...]) -> Iterator[Prefilled | None]:
        """Read a text from where it parts from what was read before; as `prefill` yields."""
        known = self._texts.get(ids)
        if known is not None:
            yield known
            return
        text = None
        for text in prefill(self._forward, ids, self._nearest(ids), self._chunk):
            if text is None:
                yield None
        assert text is not None
        with self._lock:
            try:
                self._texts[ids] = text
            except ValueError:  # larger than the whole cache
                pass
        yield text

    def _nearest(self, ids: tuple[int, ...]) -> Prefilled | None:
        """The text that begins alike for the longest; None if that is too little."""
        best, shared = None, 7  # copying less than eight rows is not worth a look
        for other in list(self._texts):
            n = common_prefix(ids, other)
            if n > shared:
                best, shared = other, n
        return self._texts.get(best) if best is not None else None

    @property
    def evicted(self) -> int:
        """Texts that went because others came."""
        return self._texts.evicted

    def clear(self) -> None:
        """Give all texts back. Needs the lock."""
        self._texts.clear()
