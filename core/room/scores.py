"""The game against the model, summed up."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from core.room.questions import Answer, Question
from core.room.tally import points


@dataclass
class Scores:
    """Bits so far: of surprise to the model and to the class; saved, by member.

    Attributes
    ----------
    tokens : how many were guessed
    """

    tokens: int = 0
    model: float = 0.0
    class_: float = 0.0
    members: dict[str, float] = field(default_factory=dict)

    def add(self, question: Question, answers: Mapping[str, Answer]) -> None:
        """Count a question of the game; of others nothing."""
        if not question.counts:
            return
        found = points(question, answers)
        self.tokens += 1
        self.model += found.model
        self.class_ += found.class_
        for member, bits in found.members.items():
            self.members[member] = self.members.get(member, 0.0) + bits
