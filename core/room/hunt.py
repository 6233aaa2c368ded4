"""The head hunt: the model's heads are shared out, each learner switches off one after another."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field

#: A head: its layer and its number there.
Head = tuple[int, int]


@dataclass
class Hunt:
    """Who has which head, and what came of it.

    Attributes
    ----------
    prompt : the text on which the heads are tried
    model : that it is about, by its key
    effects : of each head that was tried, the change in bits and who tried it
    """

    prompt: str
    model: str
    heads: Sequence[Head]
    effects: dict[Head, tuple[float, str]] = field(default_factory=dict)
    _given: dict[str, Head] = field(default_factory=dict)

    def head_of(self, member: str) -> Head | None:
        """The head that a member is to try; None if none is left.

        First every head is given once; then those that somebody took and never tried.
        """
        head = self._given.get(member)
        if head is not None and head not in self.effects:
            return head
        left = [head for head in self.heads if head not in self.effects]
        taken = set(self._given.values())
        free = next((head for head in left if head not in taken), left[0] if left else None)
        if free is None:
            self._given.pop(member, None)
        else:
            self._given[member] = free
        return free

    def report(self, member: str, head: Head, bits: float) -> bool:
        """Take what a member found about their head; False if it is not theirs."""
        if self._given.get(member) != head:
            return False
        self.effects.setdefault(head, (bits, member))
        return True

    def ranked(self) -> list[tuple[Head, float, str]]:
        """The heads that were tried, the largest change first."""
        found = [(head, bits, who) for head, (bits, who) in self.effects.items()]
        return sorted(found, key=lambda one: (-abs(one[1]), one[0]))
