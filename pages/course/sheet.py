"""A lesson on paper: its questions with room to write, its answers for a page of their own."""

from __future__ import annotations

from dataclasses import dataclass, replace

from core.language import _
from core.tokens.encoding import encoding
from pages.course.asking import Question, question_of
from pages.course.judging import truth_of
from pages.course.key_numbers import section_for
from pages.course.lesson import Step
from pages.course.reading import Read
from pages.kit.current import Current
from pages.kit.prose import unmarked
from pages.kit.words import plain


@dataclass(frozen=True)
class Item:
    """One question, in Markdown.

    Attributes
    ----------
    text : what is asked
    kind : of question, as the lesson's file has it
    how : what to do with a pencil; empty where room to write says it
    choices : what can be chosen, to tick, to number or to circle
    lines : of room to write
    answer : what is so; empty where nothing is right or wrong
    why : in a few words
    """

    text: str
    kind: str
    how: str = ""
    choices: tuple[str, ...] = ()
    lines: int = 1
    answer: str = ""
    why: str = ""


def items(now: Current, read: Read, *, short: bool = False) -> list[Item]:
    """The questions of a lesson that this model can be asked, on the lesson's own texts."""
    found = []
    for step in read.lesson.path(short=short):
        if step.kind not in ("predict", "transfer") or step.ask[0].type == "game":
            continue
        text = step.fixed or read.lesson.prompt
        question = question_of(now.engine, read, step, text)
        if isinstance(question, Question):
            found.append(_item(about(now, text), read, step, question))
    return found


def about(now: Current, text: str) -> Current:
    """The model of now and another text."""
    made = encoding(now.engine.tokenizer, text)
    tokens = made.tokens(0, now.engine.shape.n_ctx)
    return replace(now, text=text, tokens=tokens, n_tokens=len(made))


def _item(now: Current, read: Read, step: Step, question: Question) -> Item:
    kind = question.ask.type
    how, lines = _HOW.get(kind, lambda: "")(), 1 if kind == "number" else 3
    if question.ask.typed:
        how = ""
    choices = () if question.ask.typed else _choices(now, question)
    text = unmarked(question.words(question.section.text))
    answer = truth_of(now, question)
    return Item(text, kind, how, choices, lines, unmarked(answer), _why(read, step, question))


def _choices(now: Current, question: Question) -> tuple[str, ...]:
    kind, found = question.ask.type, question.found
    if kind == "click":
        return tuple(plain(label) for label in now.labels)
    if kind == "token" and found is not None:
        return tuple(f"“{plain(one.label)}”" for one in found.candidates)
    options = question.section.options
    return tuple(unmarked(question.words(options[name])) for name in question.ask.options)


_HOW = {
    "choice": lambda: _("Tick one, and say why."),
    "vote": lambda: _("Tick one, and say why; nothing is right or wrong here."),
    "token": lambda: _("Tick one, and say why."),
    "click": lambda: _("Circle one token, and say why."),
    "order": lambda: _("Number them: 1 for the first one."),
}


def _why(read: Read, step: Step, question: Question) -> str:
    """The reveal's first paragraph, or what is said to the right answer."""
    lesson = read.lesson
    reveal = next((s for s in lesson.steps if s.kind == "reveal" and s.of == step.id), None)
    if reveal is not None:
        text = section_for(read, reveal, question).text.split("\n\n")[0]
    else:
        feedback = question.section.feedback
        text = feedback.get(question.ask.right or "") or feedback.get("right", "")
    return unmarked(question.words(text))
