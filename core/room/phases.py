"""What follows what in a question: vote, or vote, talk, vote again; then the reveal."""

from __future__ import annotations

from typing import Literal

from core.room.questions import Question

Phase = Literal["idle", "vote", "talk", "again", "reveal"]


def following(phase: Phase, question: Question | None) -> Phase:
    """The phase after this one; the reveal and an idle room stay as they are."""
    if question is None or phase in ("idle", "reveal"):
        return phase
    if question.twice:
        steps: dict[Phase, Phase] = {"vote": "talk", "talk": "again", "again": "reveal"}
        return steps[phase]
    return "reveal"


def round_of(phase: Phase) -> int | None:
    """Which vote is open: the first, the second, or none."""
    return {"vote": 0, "again": 1}.get(phase)
