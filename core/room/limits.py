"""How much a room takes: so many rooms and members, so long, so much at once."""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Callable, Hashable

#: Seconds since some moment, never backwards: a wall clock that is put right ends no room.
Clock = Callable[[], float]

#: Rooms of a server, members of a room, seconds that a room lasts.
ROOMS, MEMBERS, LIFETIME = 50, 200, 4 * 3600.0
#: When every room is taken, one that nobody has looked at for so many seconds makes way.
DESERTED = 30 * 60.0
#: Somebody who has not asked for so many seconds is not counted as here.
AWAY = 12.0
#: Characters: what a learner types, a question or a prompt, the address of a page; a text that
#: goes with an address because it is too long for it.
LONGEST_WORD, LONGEST_TEXT, LONGEST_ADDRESS, LONGEST_BESIDE = 40, 2_000, 4_000, 50_000
#: Options of a question, such as the tokens of a prompt; questions that a room remembers; tokens of
#: a model's distribution.
OPTIONS, REMEMBERED, KNOWN = 48, 100, 1_000
#: Requests that one may send at once, and in each second after that.
BURST, RATE = 20.0, 6.0
#: How many senders the limit keeps in mind.
_SENDERS = 20_000


class Limiter:
    """Lets each sender ask so often; who asks more is refused, and no other feels it.

    A bucket for each sender: `burst` drops at most, `rate` more of them in a second, one for each
    request. Not locked: whoever calls it from several threads does that.
    """

    def __init__(self, clock: Clock, burst: float = BURST, rate: float = RATE) -> None:
        self.clock, self.burst, self.rate = clock, burst, rate
        self._buckets: OrderedDict[Hashable, tuple[float, float]] = OrderedDict()

    def allows(self, sender: Hashable) -> bool:
        """Whether this request of a sender may pass; it counts only if it may."""
        now = self.clock()
        drops, since = self._buckets.pop(sender, (self.burst, now))
        drops = min(self.burst, drops + max(0.0, now - since) * self.rate)
        passes = drops >= 1.0
        self._buckets[sender] = (drops - passes, now)
        if len(self._buckets) > _SENDERS:
            self._buckets.popitem(last=False)
        return passes
