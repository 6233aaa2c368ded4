"""The terms of the field: what each means, and the panel where it can be seen.

They lie in ``pages/prose/<language>/glossary.md``, a section each: the term and its other names,
one sentence, a link whose words are the panel's question. The sections' names are the same in all
languages; the prose marks a term by them.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import lru_cache

from core.language import current_language
from pages.kit.prose import sections

_NAMES = re.compile(r"\*\*(?P<name>[^*]+)\*\*(?: \((?P<others>.+)\))?")
_PLACE = re.compile(r"\[(?P<question>[^\]]+)\]\((?P<page>\w+)/(?P<panel>\w+)\)")


@dataclass(frozen=True)
class Term:
    """One term.

    Attributes
    ----------
    key : its section, in every language
    name, others : what it is called, and what else
    meaning : one sentence; `code` in backticks
    page, panel : where it can be seen
    question : that panel's question
    """

    key: str
    name: str
    others: tuple[str, ...]
    meaning: str
    page: str
    panel: str
    question: str


def glossary() -> dict[str, Term]:
    """All terms in the session's language, in the order of their names."""
    return _read(current_language.get())


@lru_cache(maxsize=16)
def _read(language: str) -> dict[str, Term]:
    terms = [_term(key, text) for key, text in sections(language, "glossary").items()]
    return {term.key: term for term in sorted(terms, key=lambda t: t.name.casefold())}


def _term(key: str, text: str) -> Term:
    """Raises ValueError if a section is not written as a term is."""
    lines = text.splitlines()
    names = _NAMES.fullmatch(lines[0]) if len(lines) == 3 else None
    place = _PLACE.fullmatch(lines[-1]) if names else None
    if names is None or place is None:
        raise ValueError(f"glossary, {key}: a name, a sentence and a link were expected")
    others = tuple(names["others"].split(", ")) if names["others"] else ()
    return Term(
        key, names["name"], others, lines[1], place["page"], place["panel"], place["question"]
    )
