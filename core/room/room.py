"""One room: who is in it, what is asked, what was answered. One lock, one version number."""

from __future__ import annotations

import threading
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from core.limiter import Clock
from core.room import phases
from core.room.errors import NotYours, TooLate
from core.room.hunt import Head, Hunt
from core.room.limits import LONGEST_ADDRESS, LONGEST_BESIDE, LONGEST_TEXT, REMEMBERED
from core.room.names import new_secret
from core.room.people import People
from core.room.places import is_place
from core.room.questions import Answer, Question, read
from core.room.scores import Scores
from core.room.tally import Row, tally


@dataclass
class Asked:
    """A question that was put to the class, and its votes: answers by member, a mapping a round.

    Attributes
    ----------
    shown : typed answers that the teacher let onto the screen
    """

    number: int
    question: Question
    rounds: list[dict[str, Answer]] = field(default_factory=lambda: [{}])
    shown: frozenset[str] = frozenset()

    def rows(self) -> list[Row]:
        return tally(self.question, self.rounds)


class Room:
    """A room. Every verb takes the lock, and counts the version up if others will see a change.

    Parameters
    ----------
    code : four letters
    clock : seconds, monotonic
    names : that are given to those who join, in this order
    """

    def __init__(self, code: str, clock: Clock, names: list[str]) -> None:
        self.code, self.clock, self.key = code, clock, new_secret()
        self.opened = self.looked_at = clock()
        self.lock = threading.Lock()
        self.version = 0
        self.phase: phases.Phase = "idle"
        self.people = People(clock, names)
        self.asked: Asked | None = None
        self.past: list[Asked] = []
        self.scores, self.named_scores = Scores(), True
        self.place, self.place_number, self.leads = "", 0, False
        self.text = ""
        self.fixed = False
        self.hunt: Hunt | None = None
        self._numbers = 0
        #: What all may see, as it was put together last: for which version and language, and what.
        self.seen: tuple[tuple[int, str], dict] | None = None

    # --- learners ---------------------------------------------------------------------------

    def join(self, secret: str | None) -> tuple[str, str]:
        """Take a place, or the one held before: secret and drawn name."""
        with self.lock:
            self.looked_at = self.clock()
            found, new = self.people.join(secret)
            self.version += new
            return found, self.people.name(found)

    def vote(self, secret: str, number: int, raw: object) -> None:
        """Answer the question of this number; until the reveal the last answer is the one.

        Raises
        ------
        NotYours, TooLate, BadAnswer
        """
        with self.lock:
            self.people.see(secret)
            at, asked = phases.round_of(self.phase), self.asked
            if asked is None or at is None or asked.number != number:
                raise TooLate()
            asked.rounds[at][secret] = read(asked.question, raw)

    def head_of(self, secret: str) -> Head | None:
        """The head that a member is to switch off; None without a hunt, or if all were tried."""
        with self.lock:
            self.people.see(secret)
            return None if self.hunt is None else self.hunt.head_of(secret)

    def report(self, secret: str, head: Head, bits: float) -> None:
        """What became of the answer without a member's head.

        Raises
        ------
        TooLate
            If it is not, or no more, theirs to try.
        """
        with self.lock:
            self.people.see(secret)
            if self.hunt is None or not self.hunt.report(secret, head, bits):
                raise TooLate()
            self.version += 1

    # --- the teacher ------------------------------------------------------------------------

    def teaches(self, key: str) -> bool:
        return key == self.key

    def check(self, key: str) -> None:
        """Raises NotYours for whoever does not lead the room."""
        if not self.teaches(key):
            raise NotYours()

    def ask(self, key: str, question: Question) -> int:
        """Put a question to the class; what was asked before is kept. Returns its number."""
        self.check(key)
        with self.lock:
            self._put_away()
            self._numbers += 1
            self.asked, self.phase = Asked(self._numbers, question), "vote"
            self.version += 1
            return self._numbers

    def go_on(self, key: str, number: int, *, to: phases.Phase | None = None) -> None:
        """The next phase of a question, or the reveal at once; a second click does nothing.

        Parameters
        ----------
        number : of the question; of one that is no more asked nothing follows
        to : "reveal" skips what is left; a phase names the one that is to come, so that two
            clicks on the same button make one step
        """
        self.check(key)
        with self.lock:
            if self.asked is None or self.asked.number != number:
                return
            after = phases.following(self.phase, self.asked.question)
            if to not in (None, after, "reveal") or after == self.phase:
                return
            self.phase = after if to is None else to
            if self.phase == "again":
                self.asked.rounds.append({})
            if self.phase == "reveal":
                self.scores.add(self.asked.question, self.asked.rounds[-1])
            self.version += 1

    def show(self, key: str, texts: Sequence[str]) -> None:
        """Let typed answers onto the screen, once they are revealed."""
        self.check(key)
        with self.lock:
            if self.asked is not None and self.phase == "reveal":
                self.asked.shown = frozenset(texts)
                self.version += 1

    def clear(self, key: str) -> None:
        """No question and no hunt any more."""
        self.check(key)
        with self.lock:
            self._put_away()
            self.hunt = None
            self.version += 1

    def lead(self, key: str, place: str, *, on: bool = True) -> None:
        """Where all are to go, or, with `on` off, that they may go where they like.

        Raises
        ------
        ValueError
            If it is no address of a page of this app.
        """
        self.check(key)
        if on and not (len(place) <= LONGEST_ADDRESS and is_place(place)):
            raise ValueError("no address of a page")
        with self.lock:
            if on and (place != self.place or not self.leads):
                self.place, self.place_number = place, self.place_number + 1
            self.version += 1
            self.leads = on

    def keep(self, key: str, text: str) -> None:
        """The prompt of the place to which all are led, where its address cannot hold it.

        One that is too long for a room, too, is left out: learners keep their own.
        """
        self.check(key)
        with self.lock:
            text = text if len(text) <= LONGEST_BESIDE else ""
            if text != self.text:
                self.text = text
                self.place_number += 1
                self.version += 1

    def fix(self, key: str, on: bool) -> None:
        """Whether the class keeps to the prompts that stand ready and to the model that it has."""
        self.check(key)
        with self.lock:
            self.version += self.fixed != on
            self.fixed = on

    def name_scores(self, key: str, on: bool) -> None:
        """Whether the scoreboard names members, or the class alone."""
        self.check(key)
        with self.lock:
            self.named_scores = on
            self.version += 1

    def begin_hunt(self, key: str, prompt: str, model: str, heads: Sequence[Head]) -> None:
        """Share out the heads of a model."""
        self.check(key)
        with self.lock:
            self._put_away()
            self.hunt = Hunt(prompt[:LONGEST_TEXT], model, tuple(heads))
            self.version += 1

    def _put_away(self) -> None:
        if self.asked is not None:
            self.past.append(self.asked)
            del self.past[:-REMEMBERED]
        self.asked, self.phase = None, "idle"

    # --- both -------------------------------------------------------------------------------

    def held(self) -> list[Asked]:
        """All questions that were asked, the one of now if it is revealed."""
        now = [self.asked] if self.asked is not None and self.phase == "reveal" else []
        return [*self.past, *now]

    def best(self) -> Mapping[str, float]:
        """The members' points by their drawn names, if the teacher likes them to be seen."""
        points = self.scores.members if self.named_scores else {}
        return {self.people.name(who): bits for who, bits in points.items()}
