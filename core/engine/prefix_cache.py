"""Texts that were read, kept for all sessions: one that begins alike is read from there."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from contextlib import AbstractContextManager
from itertools import islice

from core.engine.counted import Counted
from core.engine.forward import Forward
from core.engine.prefill import (
    CHUNK,
    Prefilled,
    common_prefix,
    prefill,
    prefill_together,
    size_of,
)
from core.engine.records import log


class PrefixCache:
    """Texts by their ids, as many as fit. Only the owner thread reads with it.

    Parameters
    ----------
    n_bytes : of all texts, at most
    lock : guards the texts
    chunk : asked before each piece how many rows to read in one go
    waiting : texts that others wait for; the first come first
    """

    def __init__(
        self,
        forward: Forward,
        n_bytes: int,
        lock: AbstractContextManager,
        chunk: Callable[[], int],
        waiting: Callable[[], Iterable[tuple[int, ...]]] = tuple,
    ) -> None:
        self._forward, self._lock, self._chunk = forward, lock, chunk
        self._waiting = waiting
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
        nearest = self._nearest(ids)
        text = None if nearest else self._read_together(ids)
        if text is not None:
            yield text
            return
        for text in prefill(self._forward, ids, nearest, self._chunk):
            if text is not None:
                self._keep(text)
            yield text

    def _read_together(self, ids: tuple[int, ...]) -> Prefilled | None:
        """A text, read in one pass with those that others wait for; None if there are none."""
        others = self._alike(ids)
        if not others:
            return None
        try:
            texts = prefill_together(self._forward, [ids, *others])
        except Exception:  # alone it may be read, or tell what is wrong
            log.warning("texts could not be read together", exc_info=True)
            return None
        for text in reversed(texts):  # this one last: it is asked for now
            self._keep(text)
        return texts[0]

    def _keep(self, text: Prefilled) -> None:
        with self._lock:
            try:
                self._texts[text.ids] = text
            except ValueError:  # larger than the whole cache
                pass

    def _alike(self, ids: tuple[int, ...]) -> list[tuple[int, ...]]:
        """Texts of about the same length that others wait for, to be read in the same pass.

        A class's short prompts: the weights are read once for all of them.
        """
        n, longest = len(ids), len(ids) + len(ids) // 8 + 2
        room = self._texts.maxsize // 2 // size_of(self._forward, longest)
        most = min(CHUNK // longest, int(room)) - 1
        if most < 1:
            return []
        alike = (
            other
            for other in dict.fromkeys(self._waiting())
            if 2 * n - longest <= len(other) <= longest
            and other != ids and other not in self._texts
            and self._nearest(other) is None
        )  # fmt: skip
        return list(islice(alike, most))

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
