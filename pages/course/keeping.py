"""What a session has done as text, for the browser's own storage; and back, whatever is there."""

from __future__ import annotations

import html
import json
import math
import re
from collections.abc import Mapping
from dataclasses import asdict, dataclass, field, fields, replace
from typing import Any

from pydantic import TypeAdapter

from pages.course.answers import ANSWERS, DONE, Given
from pages.course.beliefs import AFTER, BEFORE, SAYINGS, STATEMENTS
from pages.course.progress import SEEN
from pages.kit.words import JOINER, plain

#: Of the form below; a text of another version is foreign.
VERSION = 1
#: Characters of all, answers and steps that are kept, characters of one text.
LONGEST, MOST, LONGEST_TEXT = 200_000, 300, 600

_PART = "[a-z0-9][a-z0-9_-]{0,39}"
_NAME = re.compile(f"{_PART}(?:/{_PART})?")
_GIVEN = TypeAdapter(Given)
_FIELDS = {one.name for one in fields(Given)}


@dataclass(frozen=True)
class Kept:
    """What is kept of a session.

    Attributes
    ----------
    done : lessons and steps to do that were finished
    seen : steps that were drawn, the last one last
    answers : by step
    before, after : what was believed
    """

    done: frozenset[str] = frozenset()
    seen: tuple[str, ...] = ()
    answers: Mapping[str, Given] = field(default_factory=dict)
    before: Mapping[str, str] = field(default_factory=dict)
    after: Mapping[str, str] = field(default_factory=dict)


def of_session() -> Kept:
    return Kept(DONE.get(), SEEN.get(), ANSWERS.get(), BEFORE.get(), AFTER.get())


def into_session(kept: Kept) -> None:
    """Add what was kept; what the session has done since holds."""
    DONE.set(DONE.get() | kept.done)
    SEEN.set((*(step for step in kept.seen if step not in SEEN.get()), *SEEN.get()))
    ANSWERS.set({**kept.answers, **ANSWERS.get()})
    BEFORE.set({**kept.before, **BEFORE.get()})
    AFTER.set({**kept.after, **AFTER.get()})


# --- as text --------------------------------------------------------------------------------


def packed(kept: Kept) -> str:
    """As JSON; of very many answers the last ones."""
    answers = {key: _plain(given) for key, given in list(kept.answers.items())[-MOST:]}
    whole = {
        "version": VERSION,
        "done": sorted(kept.done)[:MOST],
        "seen": list(kept.seen[-MOST:]),
        "answers": {key: said for key, said in answers.items() if said is not None},
        "before": dict(kept.before),
        "after": dict(kept.after),
    }
    return json.dumps(whole, ensure_ascii=False, allow_nan=False)


def _plain(given: Given) -> dict[str, Any] | None:
    """An answer without Markdown; None where its value is nothing that is kept."""
    if not _is_value(given.value):
        return None
    texts = {name: _unquoted(getattr(given, name)) for name in ("said", "truth", "prompt", "asked")}
    return asdict(given) | {name: text[:LONGEST_TEXT] for name, text in texts.items()}


def _unquoted(text: str) -> str:
    return html.unescape(text).replace(JOINER, "")


def unpacked(text: object) -> Kept | None:
    """What a browser kept; None for what is no text of ours. A part that is broken is left out."""
    if not isinstance(text, str) or len(text) > LONGEST:
        return None
    try:
        whole = json.loads(text)
    except (ValueError, RecursionError):
        return None
    if not isinstance(whole, dict) or whole.get("version") != VERSION:
        return None
    answers = whole.get("answers")
    pairs = list(answers.items())[:MOST] if isinstance(answers, dict) else []
    read = {key: given for key, said in pairs if _is_name(key) and (given := _given(said))}
    beliefs = [_beliefs(whole.get(name)) for name in ("before", "after")]
    return Kept(frozenset(_names(whole.get("done"))), _names(whole.get("seen")), read, *beliefs)


def _given(said: Any) -> Given | None:
    """An answer; its texts come from outside, so that they are shown as texts."""
    if not isinstance(said, dict) or not said.keys() <= _FIELDS or not _is_value(said.get("value")):
        return None
    try:
        given = _GIVEN.validate_json(json.dumps(said), strict=True)
    except ValueError:
        return None
    if max(map(len, (given.said, given.truth, given.asked, given.prompt, given.key))) > 1_000:
        return None
    return replace(given, said=plain(given.said), truth=plain(given.truth))


def _is_value(value: Any) -> bool:
    """Whether a question may have been answered so; a list is an order, or a game's rounds."""
    if isinstance(value, list):
        flat = not any(isinstance(one, list) for one in value)
        return flat and len(value) <= MOST and all(v is None or _is_value(v) for v in value)
    if isinstance(value, str):
        return len(value) <= LONGEST_TEXT
    whole = isinstance(value, int) and not isinstance(value, bool) and abs(value) <= 2**53
    return whole or (isinstance(value, float) and math.isfinite(value))


def _names(found: Any) -> tuple[str, ...]:
    listed = found[:MOST] if isinstance(found, list) else []
    return tuple(dict.fromkeys(name for name in listed if _is_name(name)))


def _is_name(name: Any) -> bool:
    return isinstance(name, str) and _NAME.fullmatch(name) is not None


def _beliefs(found: Any) -> dict[str, str]:
    said = found if isinstance(found, dict) else {}
    return {name: said[name] for name in STATEMENTS if said.get(name) in SAYINGS}
