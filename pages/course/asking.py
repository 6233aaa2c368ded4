"""A step's question, put to the model and the prompt of the moment."""

from __future__ import annotations

import json
import threading
from dataclasses import dataclass
from typing import TYPE_CHECKING

from cachetools import LRUCache

from core.language import _
from core.questions import Found, Refused, Told, ask
from pages.course.checking import section_of
from pages.course.lesson import Ask, Step
from pages.course.reading import Read
from pages.course.texts import Section, filled

if TYPE_CHECKING:
    from core.engine.backend import Backend

#: What checks found, for all sessions: some of them write texts.
_found: LRUCache[tuple, Found | Refused] = LRUCache(512)
_lock = threading.Lock()


@dataclass(frozen=True, eq=False)
class Question:
    """What is asked, as far as the prompt and the model carry it.

    Attributes
    ----------
    step : that asks
    number : which of its questions this is, from 1
    ask : its structure
    found : the answer; None for a vote and where the lesson's file has it
    section : its words
    refused : why the questions before it were not asked
    """

    step: Step
    number: int
    ask: Ask
    found: Found | None
    section: Section
    refused: tuple[str, ...] = ()

    @property
    def numbers(self) -> dict[str, Told]:
        return dict(self.found.numbers) if self.found else {}

    def words(self, text: str) -> str:
        return filled(text, self.numbers)


def question_of(engine: Backend, read: Read, step: Step, prompt: str) -> Question | str:
    """The first question that can be asked, or why none can."""
    refused: list[str] = []
    for number, one in enumerate(step.ask, 1):
        section = read.words.sections[section_of(step, number)]
        if one.check is None:
            return Question(step, number, one, None, section, tuple(refused))
        found = _ask(engine, one, prompt)
        if isinstance(found, Found):
            return Question(step, number, one, found, section, tuple(refused))
        refused.append(f"{found.problem} {found.cure}".strip())
    return " ".join(dict.fromkeys(refused)) or _("Nothing is asked here.")


def _ask(engine: Backend, one: Ask, prompt: str) -> Found | Refused:
    key = (engine.key, one.check, json.dumps(dict(one.given), sort_keys=True), prompt)
    with _lock:
        known = _found.get(key)
    if known is None:
        try:
            known = ask(engine, one.check or "", prompt, **one.given)
        except Refused as refused:
            known = refused
        with _lock:
            _found[key] = known
    return known


def asked_by(engine: Backend, read: Read, step: Step, prompt: str) -> Question | None:
    """The question whose numbers and places a step uses: its own, or that of another step."""
    name = step.of or step.uses
    source = step if step.ask or name is None else read.lesson.step(name)
    if not source.ask:
        return None
    found = question_of(engine, read, source, prompt)
    return found if isinstance(found, Question) else None
