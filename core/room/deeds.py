"""What a teacher's browser may ask for, by name; each is checked as it may come from anybody."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from core.room.limits import LONGEST_TEXT, LONGEST_WORD, OPTIONS
from core.room.questions import Question
from core.room.rooms import Rooms

Asked = Mapping[str, Any]


def do(rooms: Rooms, code: str, key: str, asked: Asked) -> int | None:
    """Do what was asked for; the number of a new question is its answer.

    Raises
    ------
    ValueError, TypeError, KeyError
        If no page of ours asks so.
    """
    return _DEEDS[str(asked["deed"])](rooms, code, key, asked)


def _ask(rooms: Rooms, code: str, key: str, asked: Asked) -> int:
    """A question on the fly; what a model knows is never taken from a browser."""
    options = asked.get("options", [])
    if not isinstance(options, list) or len(options) > OPTIONS:
        raise ValueError("options")
    return rooms.ask(
        code,
        key,
        Question(
            asked["kind"],
            _text(asked["text"], LONGEST_TEXT),
            tuple(_text(option, 3 * LONGEST_WORD) for option in options),
            twice=asked.get("twice") is True,
        ),
    )


def _next(rooms: Rooms, code: str, key: str, asked: Asked) -> None:
    rooms.go_on(code, key, _whole(asked["question"]), asked.get("to"))


def _show(rooms: Rooms, code: str, key: str, asked: Asked) -> None:
    texts = asked["texts"]
    if not isinstance(texts, list):
        raise TypeError("texts")
    rooms.show(code, key, [_text(text, LONGEST_WORD) for text in texts])


def _clear(rooms: Rooms, code: str, key: str, _asked: Asked) -> None:
    rooms.clear(code, key)


def _lead(rooms: Rooms, code: str, key: str, asked: Asked) -> None:
    rooms.lead(code, key, str(asked.get("place", "")), asked["on"] is True)


def _fix(rooms: Rooms, code: str, key: str, asked: Asked) -> None:
    rooms.fix(code, key, asked["on"] is True)


def _scores(rooms: Rooms, code: str, key: str, asked: Asked) -> None:
    rooms.name_scores(code, key, asked["named"] is True)


_DEEDS: dict[str, Callable[[Rooms, str, str, Asked], int | None]] = {
    "ask": _ask, "next": _next, "show": _show, "clear": _clear, "lead": _lead, "fix": _fix,
    "scores": _scores,
}  # fmt: skip


def _text(raw: object, longest: int) -> str:
    if not isinstance(raw, str) or not 0 < len(raw) <= longest:
        raise ValueError("text")
    return raw


def _whole(raw: object) -> int:
    if isinstance(raw, bool) or not isinstance(raw, int):
        raise TypeError("a whole number")
    return raw
