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
        now = self.clock()
        drops, since = self._buckets.pop(sender, (self.burst, now))
        drops = min(self.burst, drops + max(0.0, now - since) * self.rate)
        need = min(n, self.burst)  # more than a bucket holds passes when it is full
        passes = drops >= need
        self._buckets[sender] = (drops - need * passes, now)
        if len(self._buckets) > _SENDERS:
            self._buckets.popitem(last=False)
        return passes
