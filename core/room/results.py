"""What came of a lesson, to take away: questions and counts, nobody's name."""

from __future__ import annotations

import csv
import io
from collections.abc import Sequence
from dataclasses import dataclass

from core.language import _
from core.room.room import Asked
from core.room.tally import Row


@dataclass(frozen=True)
class Result:
    """A question that was asked and its rows; of typed answers those that were shown.

    Attributes
    ----------
    answered : in each round, how many answered
    hidden : typed answers that were never shown, as a number
    """

    text: str
    prompt: str
    answered: tuple[int, ...]
    rows: tuple[Row, ...]
    options: tuple[str, ...] = ()
    hidden: int = 0


def results(asked: Sequence[Asked]) -> list[Result]:
    """All questions that anybody answered."""
    return [_result(one) for one in asked if any(one.rounds)]


def _result(asked: Asked) -> Result:
    rows = asked.rows()
    seen = [row for row in rows if not row.hidden or row.label in asked.shown]
    hidden = sum(row.votes[-1] for row in rows if row not in seen)
    question, answered = asked.question, tuple(map(len, asked.rounds))
    return Result(question.text, question.prompt, answered, tuple(seen), question.options, hidden)


def as_csv(found: Sequence[Result]) -> str:
    """A row for each answer: how many gave it, first and again, and the model's probability."""
    lines = io.StringIO()
    table = csv.writer(lines, lineterminator="\n")
    table.writerow(["question", "prompt", "answer", "right", "first", "again", "model"])
    for one in found:
        for row in one.rows:
            first, again = (*row.votes, "", "")[:2]
            model = "" if row.p is None else row.p
            cells = [one.text, one.prompt, row.label]
            right = "yes" if row.right else ""
            table.writerow([*map(_harmless, cells), right, first, again, model])
        if one.hidden:
            table.writerow([_harmless(one.text), "", _("not shown"), "", one.hidden, "", ""])
    return lines.getvalue()


def _harmless(cell: str) -> str:
    """A cell that a spreadsheet takes for text, also where it begins as a formula does."""
    return f"'{cell}" if cell[:1] in ("=", "+", "-", "@", "\t", "\r") else cell
