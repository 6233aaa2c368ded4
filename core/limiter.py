"""How often somebody may ask."""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Callable, Hashable

#: Seconds since some moment, never backwards: a wall clock that is put right changes no limit.
Clock = Callable[[], float]
#: How many senders a limit keeps in mind.
_SENDERS = 20_000


class Limiter:
    """Lets each sender ask so often; who asks more is refused, and no other feels it.

    A bucket for each sender: `burst` drops at most, `rate` more of them in a second, one for each
    request. Not locked: whoever calls it from several threads does that.
    """

    def __init__(self, clock: Clock, burst: float, rate: float) -> None:
        self.clock, self.burst, self.rate = clock, burst, rate
        self._buckets: OrderedDict[Hashable, tuple[float, float]] = OrderedDict()

    @classmethod
    def a_minute(cls, clock: Clock, n: float) -> Limiter:
        """So many a minute, which may all come at once."""
        return cls(clock, n, n / 60.0)

    def allows(self, sender: Hashable, n: float = 1.0) -> bool:
        """Whether `n` requests of a sender may pass; they count only if they may."""
        drops, now = self._drops(sender)
        self._buckets.pop(sender, None)
        need = min(n, self.burst)  # more than a bucket holds passes when it is full
        passes = drops >= need
        self._buckets[sender] = (drops - need * passes, now)
        if len(self._buckets) > _SENDERS:
            self._buckets.popitem(last=False)
        return passes

    def would_allow(self, sender: Hashable) -> bool:
        """Whether one request of a sender could pass now; nothing is counted."""
        return self._drops(sender)[0] >= min(1.0, self.burst)

    def _drops(self, sender: Hashable) -> tuple[float, float]:
        """What is in a sender's bucket now, and when now is."""
        now = self.clock()
        drops, since = self._buckets.get(sender, (self.burst, now))
        return min(self.burst, drops + max(0.0, now - since) * self.rate), now
