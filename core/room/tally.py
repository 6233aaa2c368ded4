"""What the class answered, counted; the class beside the model. Pure functions."""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from core.numbers import bare
from core.room.questions import Answer, Question, same

#: Tokens of the model that are shown beside the class's own.
_SHOWN_OF_MODEL = 5
#: A typed answer stands on the screen by itself if it is among so many of the model's best.
_SAFE = 100
#: The surprise, in bits, that the class pays at most for one token.
_MOST_BITS = 16.0


@dataclass(frozen=True)
class Row:
    """One answer.

    Attributes
    ----------
    label : as it is shown
    votes : in each round that was held
    p : the model's probability of it; None if it is not known, or nothing that a model says
    hidden : whether it waits for the teacher's click, as somebody typed it
    """

    label: str
    votes: tuple[int, ...]
    p: float | None = None
    right: bool = False
    hidden: bool = False


def tally(question: Question, rounds: Sequence[Mapping[str, Answer]]) -> list[Row]:
    """The rows of a question: one for each option, or for each answer that was given.

    Parameters
    ----------
    rounds : of each vote that was held, the answers by member
    """
    votes = [Counter(answers.values()) for answers in rounds]
    if question.options:
        return _options(question, votes)
    if question.kind == "number":
        return _numbers(question, votes)
    return _typed(question, rounds)


def _options(question: Question, votes: Sequence[Counter]) -> list[Row]:
    known = by_word(question.model)
    return [
        Row(
            label,
            tuple(round_[place] for round_ in votes),
            known.get(same(label), 0.0) if known else None,
            right=label == question.right,
        )
        for place, label in enumerate(question.options)
    ]


def _numbers(question: Question, votes: Sequence[Counter]) -> list[Row]:
    right = float(question.right) if question.right else None
    given = {number for round_ in votes for number in round_}
    given |= set() if right is None else {right}
    return [
        Row(bare(number), tuple(round_[number] for round_ in votes), right=number == right)
        for number in sorted(given)
    ]


def _typed(question: Question, rounds: Sequence[Mapping[str, Answer]]) -> list[Row]:
    """Typed answers, the most frequent first; of a token, the model's own best among them."""
    votes = [Counter(same(str(answer)) for answer in answers.values()) for answers in rounds]
    spelt = {same(str(answer)): str(answer) for answers in rounds for answer in answers.values()}
    known, safe = by_word(question.model), {same(text) for text, _p in question.model[:_SAFE]}
    for text in [text for text, _p in question.model[:_SHOWN_OF_MODEL]] + [question.right]:
        if text.strip():
            spelt.setdefault(same(text), text.strip())
            safe.add(same(text))
    rows = [
        Row(
            spelt[key], tuple(round_[key] for round_ in votes),
            known.get(key, 0.0) if known else None,
            right=bool(question.right) and key == same(question.right), hidden=key not in safe,
        )
        for key in spelt
    ]  # fmt: skip
    return sorted(rows, key=lambda row: (-sum(row.votes[-1:]), -(row.p or 0.0), row.label))


def by_word(model: Sequence[tuple[str, float]]) -> dict[str, float]:
    """The model's probability of each word, however it is written: " king" and "King" are one."""
    found: dict[str, float] = {}
    for text, p in model:
        found[same(text)] = found.get(same(text), 0.0) + p
    return found


@dataclass(frozen=True)
class Points:
    """What one question of the game against the model brought, in bits.

    Attributes
    ----------
    model, class_ : the surprise of the right token to each; less is better
    members : of each member who named it, what they saved the model: its surprise
    """

    model: float
    class_: float
    members: Mapping[str, float]


def points(question: Question, answers: Mapping[str, Answer]) -> Points:
    """How well the class knew the next token, beside the model.

    The class's votes are its distribution: a token that n of N named has the share
    (n + ε) / (N + 1), as if one more person spread a vote over the whole vocabulary, and costs
    -log2 of that, 16 bits at most (2 to the 16th is about the vocabulary). The model pays -log2 of
    its own probability. Speed is worth nothing.
    """
    named = [
        who
        for who, answer in answers.items()
        if same(question.options[int(answer)] if question.options else str(answer))
        == same(question.right)
    ]
    own = 2.0**-_MOST_BITS
    share = (len(named) + own) / (len(answers) + 1)
    surprise = -math.log2(question.p_right) + 0.0
    return Points(surprise, min(_MOST_BITS, -math.log2(share)), dict.fromkeys(named, surprise))
