"""A room as one of those in it may see it: plain data that becomes JSON, its numbers as words."""

from __future__ import annotations

from typing import Any

from core.numbers import bits, percent
from core.room.phases import following, round_of
from core.room.room import Asked, Room
from core.room.tally import Row

#: So many names stand on the scoreboard, so many heads in the ranking.
_BEST, _RANKED = 10, 12


def common(room: Room) -> dict[str, Any]:
    """What all may see, in the language of the moment; the room's lock is held."""
    asked = room.asked
    return {
        "code": room.code,
        "version": room.version,
        "phase": room.phase,
        "next": following(room.phase, asked.question if asked else None),
        "question": None if asked is None else _question(asked),
        "result": _result(asked) if asked is not None and room.phase == "reveal" else None,
        "fixed": room.fixed,
        "lead": _lead(room) if room.leads else None,
        "score": _score(room) if room.scores.tokens else None,
        "hunt": None if room.hunt is None else _hunt(room),
    }


def _lead(room: Room) -> dict[str, Any]:
    """`beside`: a text goes with the place that its address cannot hold."""
    return {"number": room.place_number, "place": room.place, "beside": bool(room.text)}


def counts(room: Room) -> dict[str, int]:
    """What changes without a new version: how many are here and have answered."""
    at = round_of(room.phase)
    answered = 0
    if room.asked is not None:
        answered = len(room.asked.rounds[-1 if at is None else at])
    return {"here": room.people.here(), "answered": answered}


def mine(room: Room, secret: str) -> Any:
    """A member's own answer to what is asked now, or what they answered last."""
    if room.asked is None:
        return None
    at = round_of(room.phase)
    return room.asked.rounds[-1 if at is None else at].get(secret)


def of_member(room: Room, secret: str) -> dict[str, Any]:
    """What only one member may see: their name, their head, their points."""
    head = room.hunt.head_of(secret) if room.hunt is not None else None
    own = room.scores.members.get(secret, 0.0)
    return {
        "role": "learner",
        "name": room.people.name(secret),
        "head": None if head is None else "L{}.H{}".format(*head),
        "points": bits(own) if room.scores.tokens else "",
    }


def of_teacher(room: Room) -> dict[str, Any]:
    """What only the teacher may see: how many answers wait for a click, never a tally before."""
    asked = room.asked
    hidden = _hidden(asked) if asked is not None and room.phase == "reveal" else []
    return {"role": "teacher", "named": room.named_scores, "hidden": [row.label for row in hidden]}


def _question(asked: Asked) -> dict[str, Any]:
    question = asked.question
    return {
        "number": asked.number,
        "kind": question.kind,
        "text": question.text,
        "options": list(question.options),
        "twice": question.twice,
        "prompt": question.prompt,
    }


def _hidden(asked: Asked) -> list[Row]:
    return [row for row in asked.rows() if row.hidden and row.label not in asked.shown]


def _result(asked: Asked) -> dict[str, Any]:
    rows = [row for row in asked.rows() if not row.hidden or row.label in asked.shown]
    totals = [len(answers) for answers in asked.rounds]
    return {
        "rows": [_row(row, totals) for row in rows],
        "totals": totals,
        "hidden": sum(row.votes[-1] for row in _hidden(asked)),
    }


def _row(row: Row, totals: list[int]) -> dict[str, Any]:
    shares = [n / total if total else 0.0 for n, total in zip(row.votes, totals, strict=True)]
    return {
        "label": row.label,
        "votes": list(row.votes),
        "shares": shares,
        "said": [percent(share, 0) for share in shares],
        "p": row.p,
        "model": "" if row.p is None else percent(row.p) if row.p else "–",
        "right": row.right,
    }


def _score(room: Room) -> dict[str, Any]:
    scores = room.scores
    best = sorted(room.best().items(), key=lambda one: (-one[1], one[0]))[:_BEST]
    return {
        "tokens": scores.tokens,
        "model": bits(scores.model),
        "class": bits(scores.class_),
        "leads": scores.class_ < scores.model,
        "best": [[name, bits(points)] for name, points in best],
    }


def _hunt(room: Room) -> dict[str, Any]:
    hunt = room.hunt
    assert hunt is not None
    ranked = [
        ["L{}.H{}".format(*head), bits(change), room.people.name(who) if room.named_scores else ""]
        for head, change, who in hunt.ranked()[:_RANKED]
    ]
    return {
        "prompt": hunt.prompt,
        "model": hunt.model,
        "tried": len(hunt.effects),
        "of": len(hunt.heads),
        "ranked": ranked,
    }
