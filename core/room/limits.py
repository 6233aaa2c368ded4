"""How much a room takes: so many rooms and members, so long, so much at once."""

from __future__ import annotations

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
