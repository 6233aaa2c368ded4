"""A lesson's words: sections of Markdown, their options and feedback, placeholders filled."""

from __future__ import annotations

import html
import re
from collections.abc import Mapping
from dataclasses import dataclass, field

from core.questions import Told
from pages.kit.prose import in_app, unmarked
from pages.kit.words import JOINER, plain

#: ``- name: what can be chosen``.
_OPTION = re.compile(r"- ([a-z0-9][\w-]*): (\S.*)")
_PLACEHOLDER = re.compile(r"\{([a-z_0-9]+)\}")


@dataclass(frozen=True)
class Section:
    """The words of one step.

    Attributes
    ----------
    text : Markdown with placeholders
    options : what can be chosen, by name
    feedback : what is said to an answer, by its name or trap
    """

    text: str
    options: Mapping[str, str] = field(default_factory=dict)
    feedback: Mapping[str, str] = field(default_factory=dict)

    def placeholders(self) -> set[str]:
        whole = " ".join([self.text, *self.options.values(), *self.feedback.values()])
        return set(_PLACEHOLDER.findall(whole))


@dataclass(frozen=True)
class Words:
    """A lesson's words in one language."""

    title: str
    question: str
    overturns: str
    sections: Mapping[str, Section]


def cut(body: str) -> dict[str, Section]:
    """The sections of a lesson's text, by name: ``## name``, in them ``### if answer``."""
    parts = re.split(r"^## +(.+)$", in_app(body), flags=re.MULTILINE)
    named = zip(parts[1::2], parts[2::2], strict=True)
    return {name.strip(): _section(text) for name, text in named}


def _section(body: str) -> Section:
    first, *rest = re.split(r"^### +(?:if +)?(.+)$", body, flags=re.MULTILINE)
    lines = first.splitlines()
    found = [match for line in lines if (match := _OPTION.fullmatch(line.strip()))]
    text = "\n".join(line for line in lines if not _OPTION.fullmatch(line.strip()))
    names = [name.strip() for name in rest[::2]]
    feedback = dict(zip(names, (said.strip() for said in rest[1::2]), strict=True))
    return Section(text.strip(), {match[1]: match[2] for match in found}, feedback)


def filled(text: str, numbers: Mapping[str, Told]) -> str:
    """A text with its numbers; what a person typed stays text. A name that no check fills stays."""

    def value(match: re.Match[str]) -> str:
        told = numbers.get(match[1])
        if told is None:
            return match[0]
        return plain(str(told)) if told.kind in ("word", "words", "text") else str(told)

    return _PLACEHOLDER.sub(value, text)


def as_text(markdown: str) -> str:
    """Our Markdown on one line, without its marks: for a place where it is shown as text."""
    said = re.sub(r"(\*\*|\*)(?=\S)(.+?)(?<=\S)\1", r"\2", unmarked(markdown))
    return " ".join(html.unescape(said).replace(JOINER, "").split())


def asks(text: str) -> str:
    """The last paragraph of a question's words: what is asked, without what leads to it."""
    parts = [part for part in text.split("\n\n") if part.strip() and part.lstrip()[0] != ">"]
    return parts[-1] if parts else ""
