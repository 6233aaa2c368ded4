"""An engine on another machine, as pages know it."""

from __future__ import annotations

import hashlib
import time
import zlib
from collections.abc import Callable, Iterator, Sequence
from typing import Any, TypeVar

from core.cluster import identity
from core.cluster.card import Card
from core.cluster.distant_trace import DistantTrace
from core.cluster.errors import ClusterLost, Full, Lost, OtherVersion
from core.cluster.figures import Sessions, together
from core.cluster.kept import Kept
from core.cluster.messages import Asked, language_now, packed
from core.cluster.streams import Reader, Streams
from core.cluster.wire import Rounds, Wire
from core.engine.backend import Text
from core.engine.bounds import check_continuation
from core.engine.fair_queue import current_client
from core.engine.records import Status
from core.errors import Busy
from core.language import _
from core.model.bounds import check_ids
from core.sampling.generation import Step
from core.sampling.settings import SamplingSettings
from core.tokens.encoding import encode
from core.views.attention import LayerAttention, layer_attention
from core.views.logit_lens import LogitLens
from core.views.logit_lens_frugal import logit_lens
from core.views.trace import Trace

T = TypeVar("T")
#: Groups of prompts; all of a group are read on the same replica.
GROUPS = 64
#: Seconds for which a question is asked again when replicas die under it.
PATIENCE = 60.0


class Remote:
    """A `core.engine.backend.Backend` whose model is elsewhere.

    Parameters
    ----------
    wire : to the replicas of one model
    cache_bytes : results kept here for everybody

    Raises
    ------
    OtherVersion
        If other code runs there.
    """

    def __init__(self, wire: Wire, cache_bytes: int = 128 * 2**20, code: str = "") -> None:
        self._wire, self._code = wire, code or identity.code()
        self._kept = Kept(cache_bytes)
        self._sessions = Sessions()
        card: Card = self._ask("card", packed(), "")
        if card.code != self._code:
            raise OtherVersion.of(card.code, self._code)
        self.loaded = card.here()
        self.key, self.shape, self.tokenizer = card.key, card.shape, card.tokenizer

    # --- what pages ask for -------------------------------------------------------------------

    def ids(self, text_or_ids: Text) -> tuple[int, ...]:
        if isinstance(text_or_ids, str):
            return tuple(t.id for t in encode(self.tokenizer, text_or_ids))
        return tuple(int(i) for i in text_or_ids)

    def trace(self, text_or_ids: Text) -> Trace:
        self._sessions.see(current_client())
        ids = self.ids(text_or_ids)
        check_ids(ids, self.shape.n_ctx, self.shape.n_vocab)
        return self._kept.result(("trace", ids), lambda: self._trace(ids))

    def _trace(self, ids: tuple[int, ...]) -> Trace:
        data, sticky = packed(ids), self._group(ids)
        pieces, logits = self._ask("trace", data, sticky)
        n_layer = self.shape.n_layer
        return DistantTrace(
            self.key, ids, pieces, logits, n_layer, lambda: self._ask("resid", data, sticky)
        )

    def attention(self, trace: Trace, layer: int) -> LayerAttention:
        return self.view(layer_attention, trace, layer)

    def logit_lens(
        self,
        trace: Trace,
        start: int = 0,
        stop: int | None = None,
        top: int = 10,
        watched: tuple[int, ...] = (),
    ) -> LogitLens:
        stop = trace.n_ctx if stop is None else stop
        return self.view(logit_lens, trace, start, stop, top, watched)

    def view(self, function: Callable[..., T], *args: Any) -> T:
        return self._remembered("view", packed(function, *args), args)

    def views(self, function: Callable[..., T], asked: Sequence[tuple]) -> tuple[T, ...]:
        args = [one for each in asked[:1] for one in each]
        return self._remembered("views", packed(function, list(asked)), args)

    def call(self, function: Callable[..., T], *args: Any) -> T:
        return self._ask("call", packed(function, *args), self._group_of(args))

    def _remembered(self, verb: str, data: bytes, args: Sequence[Any]) -> Any:
        self._sessions.see(current_client())  # also for what is kept here
        key = verb, hashlib.sha256(data).digest()
        return self._kept.result(key, lambda: self._ask(verb, data, self._group_of(args)))

    def generate(
        self,
        text_or_ids: Text,
        settings: SamplingSettings,
        *,
        seed: int = 0,
        max_new_tokens: int = 40,
        stop_at_end_of_text: bool = True,
    ) -> Iterator[Step]:
        streams = self._streams(text_or_ids, settings, [seed], max_new_tokens, stop_at_end_of_text)
        return Reader(streams, 0)

    def generate_many(
        self,
        text_or_ids: Text,
        settings: SamplingSettings,
        *,
        seeds: Sequence[int],
        max_new_tokens: int = 40,
        stop_at_end_of_text: bool = True,
    ) -> list[Iterator[Step]]:
        streams = self._streams(text_or_ids, settings, seeds, max_new_tokens, stop_at_end_of_text)
        streams.begin()
        return [Reader(streams, number) for number in range(len(seeds))]

    def _streams(
        self,
        text: Text,
        settings: SamplingSettings,
        seeds: Sequence[int],
        limit: int,
        stop: bool,
    ) -> Streams:
        ids = self.ids(text)
        check_continuation(ids, self.shape, limit, self.loaded.most)
        who, end = current_client(), self.tokenizer.eos_token_id

        def start(which: Sequence[int], made: Sequence[tuple[int, ...]]) -> Rounds:
            some = [seeds[i] for i in which]
            data = packed(ids, settings, some, limit, stop, list(made))
            asked = self._asked("rounds", data, who)
            return self._tried(lambda: self._wire.stream(asked, self._group(ids)))

        def ended(made: tuple[int, ...]) -> bool:
            full = len(ids) + len(made) > self.shape.n_ctx
            return full or len(made) >= limit or (stop and made[-1:] == (end,))

        return Streams(len(seeds), start, ended)

    # --- on the way ---------------------------------------------------------------------------

    def _asked(self, verb: str, data: bytes, who: str | None = None) -> Asked:
        self._sessions.see(who := who or current_client())
        who = f"{identity.server()} {who}"
        return Asked(self._code, who, language_now(), verb, data)

    def _ask(self, verb: str, data: bytes, sticky: str) -> Any:
        asked = self._asked(verb, data)
        return self._tried(lambda: self._wire.call(asked, sticky)).opened()

    def _tried(self, ask: Callable[[], T]) -> T:
        """Asked again where a replica died; nothing that is asked changes anything."""
        begin = time.monotonic()
        while True:
            try:
                return ask()
            except Lost as error:
                if time.monotonic() - begin > PATIENCE:
                    raise ClusterLost.silent(PATIENCE) from error
                time.sleep(0.05)
            except Full as error:
                said = _("The model is busy: too many requests wait.")
                raise Busy(said, _("Try again in a moment.")) from error

    def _group_of(self, args: Sequence[Any]) -> str:
        """Where a question is answered best: where its text was read."""
        for arg in args:
            if isinstance(arg, Trace):
                return self._group(arg.token_ids)
        return ""

    def _group(self, ids: tuple[int, ...]) -> str:
        return f"{self.key}:{zlib.crc32(repr(ids).encode()) % GROUPS}"

    # --- seen from outside --------------------------------------------------------------------

    @property
    def busy(self) -> bool:
        """Never in this process's way."""
        return False

    def status(self) -> Status:
        """The figures of all replicas together; never waits."""
        return together(self.key, self._wire.statuses(), self._sessions.of_a_minute())

    def relieve(self) -> None:
        """Give back what is kept here."""
        self._kept.clear()

    def close(self) -> None:
        """Let go; the cluster's models stay where they are."""
